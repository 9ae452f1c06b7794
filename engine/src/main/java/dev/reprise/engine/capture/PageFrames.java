package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pread64;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.image.state.PageRun;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.KernelException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** /proc/PID/pagemap, a piece at a time: which frame (or place in the swap) each page has. Frames are shown to CAP_SYS_ADMIN only. */
final class PageFrames implements AutoCloseable {
    private static final int BATCH_PAGES = 8192;
    /** As much memory as one piece tells of. */
    static final long BATCH_BYTES = (long) BATCH_PAGES * PageRun.PAGE_SIZE;

    // Documentation/admin-guide/mm/pagemap.rst: 0-54 frame, or swap type and offset; 61 file page; 62 swapped; 63
    // present
    private static final long FRAME = (1L << 55) - 1;
    private static final long FILE = 1L << 61;
    private static final long SWAPPED = 1L << 62;
    private static final long PRESENT = 1L << 63;

    private final String path;
    private final Fd file;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment entries = arena.allocate(8L * BATCH_PAGES, 8);

    PageFrames(int pid) throws KernelException {
        path = "/proc/" + pid + "/pagemap";
        file = Fd.open(path, Fcntl.O_RDONLY, 0);
    }

    /** Reads about {@code pages} pages from an address. */
    void read(long address, int pages) throws KernelException {
        long wanted = 8L * pages;
        long offset = address / PageRun.PAGE_SIZE * 8;
        for (long at = 0; at < wanted; ) {
            long n = Door.require(
                    Door.call(SYS_pread64, file.number(), entries.address() + at, wanted - at, offset + at),
                    "read",
                    path);
            if (n == 0) {
                entries.asSlice(at, wanted - at).fill((byte) 0);
                return;
            }
            at += n;
        }
    }

    /** Whether a page of the last piece is known to be the very one that another process has. */
    boolean hasSameAs(PageFrames other, int page) {
        long ours = entries.getAtIndex(JAVA_LONG, page);
        long theirs = other.entries.getAtIndex(JAVA_LONG, page);
        long kind = PRESENT | SWAPPED | FILE;
        return (ours & (PRESENT | SWAPPED)) != 0
                && (ours & FILE) == 0
                && (ours & FRAME) != 0
                && (ours & (kind | FRAME)) == (theirs & (kind | FRAME));
    }

    @Override
    public void close() {
        file.close();
        arena.close();
    }
}
