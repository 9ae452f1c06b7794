package dev.reprise.image.state;

/**
 * What a file was at the checkpoint, for the verification at restore (CONTRACT.md, "Files at restore").
 *
 * <p>{@code path}: a char is a byte; {@code device} as in stat(2) (dev_t, packed); {@code buildId} hexadecimal for ELF
 * files that are mapped and have one, else empty; {@code atimeNanos} only of what a restore makes anew or moves, else
 * {@link FileAttributes#UNKNOWN_TIME}. A path that ends in {@link #DELETED} is of a file without a name.
 */
public record FileIdentity(
        String path,
        int device,
        long inode,
        long size,
        long mtimeNanos,
        int mode,
        String buildId,
        Ownership ownership,
        long atimeNanos) {
    /** The kernel's mark in the links of /proc. */
    public static final String DELETED = " (deleted)";

    /** A file of the superuser's. */
    public FileIdentity(String path, int device, long inode, long size, long mtimeNanos, int mode, String buildId) {
        this(path, device, inode, size, mtimeNanos, mode, buildId, Ownership.ROOT);
    }

    /** A file whose last access is of no interest. */
    public FileIdentity(
            String path,
            int device,
            long inode,
            long size,
            long mtimeNanos,
            int mode,
            String buildId,
            Ownership ownership) {
        this(path, device, inode, size, mtimeNanos, mode, buildId, ownership, FileAttributes.UNKNOWN_TIME);
    }

    /** Whether it had no name any more: a restore makes it again. */
    public boolean isDeleted() {
        return path.endsWith(DELETED);
    }

    /** The same file under another path. */
    public FileIdentity at(String otherPath) {
        return new FileIdentity(otherPath, device, inode, size, mtimeNanos, mode, buildId, ownership, atimeNanos);
    }

    /** The same file, last accessed then. */
    public FileIdentity accessedAt(long nanos) {
        return new FileIdentity(path, device, inode, size, mtimeNanos, mode, buildId, ownership, nanos);
    }

    /** The name that it has, or had. */
    public String name() {
        return isDeleted() ? path.substring(0, path.length() - DELETED.length()) : path;
    }
}
