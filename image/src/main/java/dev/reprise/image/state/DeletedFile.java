package dev.reprise.image.state;

/**
 * A regular file that has no name any more; its contents are in the image, a {@link MemoryObject} of kind
 * FILE_CONTENTS.
 */
public record DeletedFile(ObjectId id, int flags, FileOwner owner, ObjectId memory, long offset) implements OpenFile {}
