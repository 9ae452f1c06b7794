package dev.reprise.image.state;

/** An open memfd_create(2) file. */
public record MemFd(ObjectId id, int flags, FileOwner owner, ObjectId memory, long offset) implements OpenFile {}
