package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_newfstatat;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What stat(2) says of a file.
 *
 * <pre>
 * struct stat (x86-64, 144 bytes): u64 dev, ino, nlink; u32 mode, uid, gid, pad; u64 rdev; s64 size, blksize, blocks;
 * s64 atime, atime_nsec, mtime, mtime_nsec, ctime, ctime_nsec, reserved[3]
 * </pre>
 */
public record FileStatus(
        long device,
        long inode,
        long links,
        int mode,
        int uid,
        int gid,
        long deviceNumber,
        long size,
        long mtimeNanos,
        long atimeNanos) {
    private static final int SIZE = 144;
    private static final int S_IFMT = 0170000;
    private static final int S_IFIFO = 0010000;
    private static final int S_IFCHR = 0020000;
    private static final int S_IFDIR = 0040000;
    private static final int S_IFREG = 0100000;

    /** Of a path, symbolic links followed. */
    public static FileStatus of(String path) throws KernelException {
        return read(Fd.AT_FDCWD, path, 0);
    }

    /** Of a path, the last component not followed. */
    public static FileStatus ofLink(String path) throws KernelException {
        return read(Fd.AT_FDCWD, path, Fcntl.AT_SYMLINK_NOFOLLOW);
    }

    /** Of an open file. */
    public static FileStatus of(Fd fd) throws KernelException {
        return read(fd.number(), "", Fcntl.AT_EMPTY_PATH);
    }

    private static FileStatus read(int directory, String path, int flags) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment s = arena.allocate(SIZE, 8);
            Door.require(
                    Door.call(
                            SYS_newfstatat, directory, Native.path(arena, path).address(), s.address(), flags),
                    "stat",
                    path.isEmpty() ? "descriptor " + directory : path);
            return new FileStatus(
                    s.get(JAVA_LONG, 0),
                    s.get(JAVA_LONG, 8),
                    s.get(JAVA_LONG, 16),
                    s.get(JAVA_INT, 24),
                    s.get(JAVA_INT, 28),
                    s.get(JAVA_INT, 32),
                    s.get(JAVA_LONG, 40),
                    s.get(JAVA_LONG, 48),
                    nanos(s, 88),
                    nanos(s, 72));
        }
    }

    private static long nanos(MemorySegment status, int at) {
        return status.get(JAVA_LONG, at) * 1_000_000_000L + status.get(JAVA_LONG, at + 8L);
    }

    /** Whether it is a regular file. */
    public boolean isRegular() {
        return (mode & S_IFMT) == S_IFREG;
    }

    /** Whether it is a FIFO, or a pipe. */
    public boolean isFifo() {
        return (mode & S_IFMT) == S_IFIFO;
    }

    /** Whether it is a character device. */
    public boolean isCharacterDevice() {
        return (mode & S_IFMT) == S_IFCHR;
    }

    /** Whether it is a directory. */
    public boolean isDirectory() {
        return (mode & S_IFMT) == S_IFDIR;
    }

    /** Whether it is the same file as {@code other}, whatever has become of it. */
    public boolean isSameFile(FileStatus other) {
        return device == other.device && inode == other.inode;
    }
}
