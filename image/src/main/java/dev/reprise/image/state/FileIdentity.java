package dev.reprise.image.state;

/**
 * What a file was at the checkpoint, for the verification at restore (CONTRACT.md, "Files at restore").
 *
 * <p>{@code path}: a char is a byte; {@code device} as in stat(2) (dev_t, packed); {@code buildId} hexadecimal for ELF
 * files that are mapped and have one, else empty. A path that ends in {@link #DELETED} is of a file without a name.
 */
public record FileIdentity(
        String path,
        int device,
        long inode,
        long size,
        long mtimeNanos,
        int mode,
        String buildId,
        Ownership ownership) {
    /** The kernel's mark in the links of /proc. */
    public static final String DELETED = " (deleted)";

    /** A file of the superuser's. */
    public FileIdentity(String path, int device, long inode, long size, long mtimeNanos, int mode, String buildId) {
        this(path, device, inode, size, mtimeNanos, mode, buildId, Ownership.ROOT);
    }

    /** Whether it had no name any more: a restore makes it again. */
    public boolean isDeleted() {
        return path.endsWith(DELETED);
    }

    /** The same file under another path. */
    public FileIdentity at(String otherPath) {
        return new FileIdentity(otherPath, device, inode, size, mtimeNanos, mode, buildId, ownership);
    }

    /** The name that it has, or had. */
    public String name() {
        return isDeleted() ? path.substring(0, path.length() - DELETED.length()) : path;
    }
}
