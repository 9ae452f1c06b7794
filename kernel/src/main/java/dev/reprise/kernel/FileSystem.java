package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fstatfs;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Which file system a file lies in (include/uapi/linux/magic.h). */
public final class FileSystem {
    public static final long HUGETLBFS_MAGIC = 0x958458f6L;
    public static final long MQUEUE_MAGIC = 0x19800202L;
    public static final long NSFS_MAGIC = 0x6e736673;
    public static final long PROC_SUPER_MAGIC = 0x9fa0;

    private static final int STATFS_SIZE = 120;

    private FileSystem() {}

    /** The magic number of an open file's. */
    public static long of(Fd fd) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment statfs = arena.allocate(STATFS_SIZE, 8);
            Door.require(Door.call(SYS_fstatfs, fd.number(), statfs.address()), "fstatfs", "");
            return statfs.get(JAVA_LONG, 0) & 0xffffffffL;
        }
    }
}
