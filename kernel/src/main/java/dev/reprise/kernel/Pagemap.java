package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pread64;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * PAGEMAP_SCAN (Linux 6.7) on /proc/PID/pagemap: finds pages by category, skipping what is not mapped by whole tables.
 *
 * <pre>
 * struct pm_scan_arg: u64 size, flags, start, end, walk_end, vec, vec_len, max_pages,
 *                     category_inverted, category_mask, category_anyof_mask, return_mask
 * struct page_region: u64 start, end, categories
 * </pre>
 */
public final class Pagemap implements AutoCloseable {
    public static final long PAGE_IS_WPALLOWED = 1;
    public static final long PAGE_IS_WRITTEN = 1 << 1;
    public static final long PAGE_IS_FILE = 1 << 2;
    public static final long PAGE_IS_PRESENT = 1 << 3;
    public static final long PAGE_IS_SWAPPED = 1 << 4;
    public static final long PAGE_IS_PFNZERO = 1 << 5;
    public static final long PAGE_IS_HUGE = 1 << 6;
    public static final long PAGE_IS_SOFT_DIRTY = 1 << 7;
    /** Since 6.15. */
    public static final long PAGE_IS_GUARD = 1 << 8;

    /** Bits of an entry of the file. */
    public static final long PRESENT = 1L << 63;

    public static final long SWAPPED = 1L << 62;
    /** Of a file, or of shared memory. */
    public static final long FILE = 1L << 61;

    /** A write to it is a fault for a userfaultfd. */
    public static final long WRITE_PROTECTED = 1L << 57;

    private static final long SWAP_TYPE = 0x1f;
    /** Bits of a marker, which stands where no page is (include/linux/swapops.h). */
    private static final long MARKER_POISONED = 1 << 6;

    private static final long PAGEMAP_SCAN = 0xC0606610L;
    private static final int PAGE_SIZE = 4096;
    private static final int ARG_SIZE = 96;
    private static final int WALK_END = 32;
    private static final int REGION_SIZE = 24;
    private static final int REGIONS = 8192;

    private final String path;
    private final Fd fd;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment arg = arena.allocate(ARG_SIZE, 8);
    private final MemorySegment regions;

    /** Which pages a scan is to find, in terms of PAGE_IS_*. */
    public record Query(long inverted, long mask, long anyOf, long returned) {}

    /** Takes a region of pages found: [start, end) and those of its categories that were asked for. */
    @FunctionalInterface
    public interface Visitor {
        /** Called in ascending order. */
        void region(long start, long end, long categories);
    }

    public Pagemap(int pid) throws KernelException {
        path = "/proc/" + pid + "/pagemap";
        try {
            regions = Native.pages(arena, (long) REGION_SIZE * REGIONS);
            fd = Fd.open(path, Fcntl.O_RDONLY, 0);
        } catch (KernelException failed) {
            arena.close();
            throw failed;
        }
    }

    /** Visits all regions of [start, end) that match. Regions may reach over the borders of adjacent mappings. */
    public void scan(long start, long end, Query query, Visitor visitor) throws KernelException {
        long from = start;
        long last = start;
        while (from < end) {
            long found = scanOnce(from, end, query);
            for (long i = 0; i < found; i++) {
                long at = i * REGION_SIZE;
                visitor.region(
                        regions.get(JAVA_LONG, at), regions.get(JAVA_LONG, at + 8), regions.get(JAVA_LONG, at + 16));
                last = regions.get(JAVA_LONG, at + 8);
            }
            // The kernel works in batches of 512 regions, and walk_end keeps the border of the last full one when the
            // walk then comes to its end (fs/proc/task_mmu.c, do_pagemap_scan): only a full vector makes it true.
            from = found < REGIONS ? end : Math.max(last, arg.get(JAVA_LONG, WALK_END));
        }
    }

    /** What is called for each page. */
    @FunctionalInterface
    public interface EntryVisitor {
        /** Called in ascending order, with the page's address. */
        void page(long address, long entry);
    }

    /** Visits the entries of all pages of [start, end). */
    public void entries(long start, long end, EntryVisitor visitor) throws KernelException {
        long most = regions.byteSize() / Long.BYTES;
        for (long from = start; from < end; ) {
            long pages = Math.min(most, (end - from) / PAGE_SIZE);
            long wanted = pages * Long.BYTES;
            long got = Door.require(
                    Door.call(SYS_pread64, fd.number(), regions.address(), wanted, from / PAGE_SIZE * Long.BYTES),
                    "pread",
                    path);
            if (got < Long.BYTES) {
                return;
            }
            for (long i = 0; i < got / Long.BYTES; i++) {
                visitor.page(from, regions.get(JAVA_LONG, i * Long.BYTES));
                from += PAGE_SIZE;
            }
        }
    }

    /** Whether an entry stands for no page: a marker of the kernel's (the highest of its swap types). */
    public static boolean isMarker(long entry) {
        return (entry & (PRESENT | SWAPPED)) == SWAPPED && (entry & SWAP_TYPE) == SWAP_TYPE;
    }

    /** Whether a marker makes each use an error (UFFDIO_POISON). */
    public static boolean isPoisoned(long entry) {
        return isMarker(entry) && (entry & MARKER_POISONED) != 0;
    }

    private long scanOnce(long from, long end, Query query) throws KernelException {
        long[] words = {
            ARG_SIZE,
            0,
            from,
            end,
            0,
            regions.address(),
            REGIONS,
            0,
            query.inverted,
            query.mask,
            query.anyOf,
            query.returned
        };
        MemorySegment.copy(words, 0, arg, JAVA_LONG, 0, words.length);
        return Door.require(Door.call(SYS_ioctl, fd.number(), PAGEMAP_SCAN, arg.address()), "PAGEMAP_SCAN", path);
    }

    @Override
    public void close() {
        fd.close();
        arena.close();
    }
}
