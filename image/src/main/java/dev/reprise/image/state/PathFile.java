package dev.reprise.image.state;

/** A file of any kind opened with O_PATH. */
public record PathFile(ObjectId id, int flags, FileOwner owner, FileIdentity file) implements OpenFile {}
