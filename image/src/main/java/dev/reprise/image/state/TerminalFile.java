package dev.reprise.image.state;

/** A terminal whose master is outside: the one the program was started from. */
public record TerminalFile(ObjectId id, int flags, FileOwner owner, FileIdentity file, int rdev) implements OpenFile {}
