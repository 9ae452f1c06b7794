package dev.reprise.kernel;

/**
 * One mapping as /proc/PID/smaps shows it.
 *
 * <p>{@code device} is packed as stat(2) has it; {@code path} the text of the last column (a char is a byte; "\012"
 * for a newline); {@code flags} the VmFlags line, "rd wr mr"; {@code residentKiB} Rss plus Swap; {@code protectionKey} 0 where there are none.
 */
public record Mapping(
        long start,
        long end,
        int protection,
        boolean shared,
        long offset,
        long device,
        long inode,
        String path,
        String flags,
        long residentKiB,
        int protectionKey) {
    /** Whether VmFlags has these two letters. */
    public boolean has(String flag) {
        return flags.contains(flag);
    }

    /** The length in bytes. */
    public long bytes() {
        return end - start;
    }

    /** "start-end", as the names in /proc/PID/map_files and the user know it. */
    public String range() {
        return Long.toHexString(start) + "-" + Long.toHexString(end);
    }
}
