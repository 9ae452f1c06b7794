package dev.reprise.image.state;

/**
 * A file or directory of /proc: the kernel's own words, opened again when the tasks that they are about are there. Its process may be none
 * of the image: then it has ended.
 */
public record ProcFile(ObjectId id, int flags, FileOwner owner, String path, long offset) implements OpenFile {
    private static final String ROOT = "/proc/";
    private static final int MOST_DIGITS = 9;

    /** The id of the process that it is about; 0 where it is about the system. */
    public int process() {
        int start = ROOT.length();
        int end = start;
        while (path.startsWith(ROOT) && end < path.length() && Character.isDigit(path.charAt(end))) {
            end++;
        }
        boolean isNumber = end > start && end - start <= MOST_DIGITS;
        boolean isWhole = end == path.length() || end > start && path.charAt(end) == '/';
        return isNumber && isWhole ? Integer.parseInt(path, start, end, 10) : 0;
    }
}
