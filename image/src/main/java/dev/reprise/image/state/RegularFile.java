package dev.reprise.image.state;

/**
 * A regular file, opened by its path. {@code goneName}: the name that it was opened by, which is gone while the file has
 * another one; empty mostly.
 */
public record RegularFile(ObjectId id, int flags, FileOwner owner, FileIdentity file, long offset, String goneName)
        implements OpenFile {
    /** A file that has the name it was opened by. */
    public RegularFile(ObjectId id, int flags, FileOwner owner, FileIdentity file, long offset) {
        this(id, flags, owner, file, offset, "");
    }
}
