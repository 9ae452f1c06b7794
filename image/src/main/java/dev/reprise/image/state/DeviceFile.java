package dev.reprise.image.state;

/** A character device without state (/dev/null, zero, full, random, urandom); {@code rdev} as in stat(2). */
public record DeviceFile(ObjectId id, int flags, FileOwner owner, FileIdentity file, int rdev, long offset)
        implements OpenFile {}
