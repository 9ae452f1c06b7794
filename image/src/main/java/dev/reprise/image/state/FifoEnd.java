package dev.reprise.image.state;

/** An open end of a named pipe. */
public record FifoEnd(ObjectId id, int flags, FileOwner owner, FileIdentity file, ObjectId pipe) implements OpenFile {}
