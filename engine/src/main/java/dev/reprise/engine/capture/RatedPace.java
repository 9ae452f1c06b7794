package dev.reprise.engine.capture;

import dev.reprise.engine.model.PageBatch;
import dev.reprise.image.state.PageRun;
import java.io.IOException;
import java.io.InterruptedIOException;

/** At most so many bytes a second on the average, from its creation on. */
final class RatedPace implements Pace {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final int BATCHES_PER_SECOND = 20;
    private static final long SLICE_NANOS = 20_000_000;

    private final long bytesPerSecond;
    private final Pace checks;
    private final long start = System.nanoTime();
    private long bytes;

    private RatedPace(long bytesPerSecond, Pace checks) {
        this.bytesPerSecond = bytesPerSecond;
        this.checks = checks;
    }

    /** {@link Long#MAX_VALUE} is no limit; {@code checks} is asked all the time, while there is nothing to do, too. */
    static Pace of(long bytesPerSecond, Pace checks) {
        return bytesPerSecond == Long.MAX_VALUE ? checks : new RatedPace(bytesPerSecond, checks);
    }

    @Override
    public void wrote(long more) throws IOException {
        bytes += more;
        checks.wrote(more);
        long due = start + (long) (bytes * NANOS_PER_SECOND / bytesPerSecond);
        long ahead = due - System.nanoTime();
        while (ahead > 0) {
            sleep(Math.min(ahead, SLICE_NANOS));
            checks.wrote(0);
            ahead = due - System.nanoTime();
        }
    }

    @Override
    public long batchBytes() {
        long bytes = bytesPerSecond / BATCHES_PER_SECOND / PageRun.PAGE_SIZE * PageRun.PAGE_SIZE;
        return Math.clamp(bytes, PageRun.PAGE_SIZE, PageBatch.MAX_BYTES);
    }

    private static void sleep(long nanos) throws InterruptedIOException {
        try {
            Thread.sleep(nanos / 1_000_000, (int) (nanos % 1_000_000));
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
