package dev.reprise.image.state;

/** A regular file, opened by its path. */
public record RegularFile(ObjectId id, int flags, FileOwner owner, FileIdentity file, long offset)
        implements OpenFile {}
