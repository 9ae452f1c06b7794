package dev.reprise.image.state;

/** A pipe or socket among 0-2 whose other end is outside the image: restore puts its own stdio there. */
public record OutsideFile(ObjectId id, int flags, FileOwner owner, String description) implements OpenFile {}
