package dev.reprise.engine.model;

/**
 * What a checkpoint cost. Times are in nanoseconds of the monotonic clock.
 *
 * @param wallNanos the whole operation, from the call to the complete image
 * @param freezingNanos from the first task seized to the last
 * @param frozenNanos from the first task seized to the last one detached
 * @param pages memory pages in the image, 4096 bytes each
 * @param bytesWritten bytes of memory contents written
 * @param imageBytes bytes of the whole image
 * @param copiedBytes bytes of memory that the program, running on, wrote to before they were in the image, so that the
 *     kernel copied them: what it paid, a page fault for each page
 * @param repeatedPages pages that have the contents of others, and so are not in the image; of those that were looked for
 * @param tasks processes in the image
 * @param threads threads of all of them
 */
public record CheckpointStats(
        long wallNanos,
        long freezingNanos,
        long frozenNanos,
        long pages,
        long bytesWritten,
        long imageBytes,
        long copiedBytes,
        long repeatedPages,
        int tasks,
        int threads) {
    /** Of a checkpoint that came to nothing. */
    public static final CheckpointStats NOTHING = new CheckpointStats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}
