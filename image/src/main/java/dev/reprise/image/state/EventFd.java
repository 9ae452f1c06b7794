package dev.reprise.image.state;

/** An eventfd(2) and its counter. */
public record EventFd(ObjectId id, int flags, FileOwner owner, long count, boolean semaphore) implements OpenFile {}
