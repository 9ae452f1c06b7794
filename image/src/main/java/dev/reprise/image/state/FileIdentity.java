package dev.reprise.image.state;

/**
 * What a file was at the checkpoint, for the verification at restore (CONTRACT.md, "Files at restore").
 *
 * <p>{@code path}: a char is a byte; {@code device} as in stat(2) (dev_t, packed); {@code buildId} hexadecimal for ELF files that are mapped and have one, else empty.
 */
public record FileIdentity(String path, int device, long inode, long size, long mtimeNanos, int mode, String buildId) {}
