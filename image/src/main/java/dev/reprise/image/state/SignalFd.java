package dev.reprise.image.state;

/** A signalfd(2) and its mask. */
public record SignalFd(ObjectId id, int flags, FileOwner owner, long mask) implements OpenFile {}
