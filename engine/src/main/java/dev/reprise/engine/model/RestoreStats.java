package dev.reprise.engine.model;

/**
 * What a restore cost. Times are in nanoseconds of the monotonic clock.
 *
 * @param wallNanos the whole operation, from the call until the program runs
 * @param restoreNanos from the first byte of the image read until the program runs
 * @param pages memory pages loaded, 4096 bytes each
 * @param imageBytes bytes of the image
 * @param tasks processes restored
 * @param threads threads of all of them
 */
public record RestoreStats(long wallNanos, long restoreNanos, long pages, long imageBytes, int tasks, int threads) {
    /** Of a restore that came to nothing. */
    public static final RestoreStats NOTHING = new RestoreStats(0, 0, 0, 0, 0, 0);
}
