package dev.reprise.image.state;

/** Consecutive pages from an address (or an offset in a memory object). */
public record PageRun(long start, long pages) {
    /** x86-64's base page. */
    public static final int PAGE_SIZE = 4096;

    public PageRun {
        if (pages <= 0 || (start & (PAGE_SIZE - 1)) != 0) {
            throw new IllegalArgumentException("page run of " + pages + " pages at 0x" + Long.toHexString(start));
        }
    }

    /** The length in bytes. */
    public long bytes() {
        return pages * PAGE_SIZE;
    }

    /** The first address (or offset) behind it. */
    public long end() {
        return start + bytes();
    }
}
