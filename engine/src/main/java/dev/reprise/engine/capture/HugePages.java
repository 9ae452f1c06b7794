package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fstatfs;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pread64;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.image.state.PageRun;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.FileSystem;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Memory of hugetlbfs: which of its pages have contents, and whether they have the system's default size. */
final class HugePages {
    private static final String ANONYMOUS = "/anon_hugepage";
    private static final String SIZE = "\nHugepagesize:";
    private static final int STATFS = 120;
    private static final int BLOCK_SIZE = 8;
    private static final int KIB = 1024;

    private HugePages() {}

    /** Whether a path in maps is that of MAP_ANONYMOUS | MAP_HUGETLB memory. */
    static boolean isAnonymous(String path) {
        return path.startsWith(ANONYMOUS);
    }

    /** Whether an open file consists of huge pages. */
    static boolean are(Fd file) throws KernelException {
        return FileSystem.of(file) == FileSystem.HUGETLBFS_MAGIC;
    }

    /** Whether they have the size that MAP_HUGETLB, MFD_HUGETLB and SHM_HUGETLB mean when they name none. */
    static boolean haveDefaultSize(Fd file) throws KernelException {
        return sizeOf(file) == defaultSize();
    }

    /** In bytes. */
    static long defaultSize() throws KernelException {
        String memory = Proc.text("/proc/meminfo");
        int at = memory.indexOf(SIZE);
        String line = memory.substring(at + SIZE.length(), memory.indexOf('\n', at + 1))
                .strip();
        return Long.parseLong(line.substring(0, line.indexOf(' '))) * KIB;
    }

    // The block size of the file system is its page size.
    private static long sizeOf(Fd file) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment words = arena.allocate(STATFS, 8);
            Door.require(Door.call(SYS_fstatfs, file.number(), words.address()), "fstatfs", "huge pages");
            return words.get(JAVA_LONG, BLOCK_SIZE);
        }
    }

    /** The pages that are not all zeros: this file system knows no SEEK_DATA. */
    static List<PageRun> runs(Fd file, long size) throws KernelException {
        long page = sizeOf(file);
        List<PageRun> runs = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(page, 8);
            MemorySegment zeros = arena.allocate(page, 8);
            for (long at = 0; at < size; at += page) {
                long length = Door.require(
                        Door.call(SYS_pread64, file.number(), buffer.address(), page, at), "pread", "huge pages");
                if (MemorySegment.mismatch(buffer, 0, length, zeros, 0, length) >= 0) {
                    runs.add(new PageRun(at, length / PageRun.PAGE_SIZE));
                }
            }
        }
        return runs;
    }
}
