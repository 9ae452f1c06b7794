package dev.reprise.engine.model;

/**
 * What a checkpoint may cost a program that runs on; beyond a bound, the checkpoint is given up and the program runs on as
 * if nothing had happened.
 *
 * @param maxPauseNanos how long the program may stand still, in nanoseconds, {@link Long#MAX_VALUE}: as long as it takes
 * @param maxGrowthBytes how much memory the copies may take of their own while the program writes to its, in bytes;
 *     {@link Long#MAX_VALUE}: as much as there is
 * @param bytesPerSecond how much of the copies' memory is written in a second at most; {@link Long#MAX_VALUE}: all that is
 *     possible
 */
public record Bounds(long maxPauseNanos, long maxGrowthBytes, long bytesPerSecond) {
    /** No bounds. */
    public static final Bounds NONE = new Bounds(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);

    /**
     * As above.
     *
     * @throws IllegalArgumentException a bound is not positive
     */
    public Bounds {
        if (maxPauseNanos <= 0 || maxGrowthBytes <= 0 || bytesPerSecond <= 0) {
            throw new IllegalArgumentException("a bound must be positive");
        }
    }
}
