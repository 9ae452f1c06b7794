package dev.reprise.engine.capture;

import dev.reprise.engine.model.Progress;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.LongSupplier;

/** Watches how long a program stands still, and what for. */
final class PauseWatch implements Pace {
    private static final double NANOS_PER_MILLI = 1e6;

    private final long maxNanos;
    private final Progress progress;
    private final LongSupplier clock;
    private final Map<String, Long> phases = new LinkedHashMap<>();
    private long start;
    private long phaseStart;
    private String phase = "";

    /** {@link Long#MAX_VALUE}: it may take as long as it takes. */
    PauseWatch(long maxNanos, Progress progress) {
        this(maxNanos, progress, System::nanoTime);
    }

    PauseWatch(long maxNanos, Progress progress, LongSupplier clock) {
        this.maxNanos = maxNanos;
        this.progress = progress;
        this.clock = clock;
    }

    /** The program is being stopped. */
    void begin(String first) {
        start = clock.getAsLong();
        phaseStart = start;
        phase = first;
    }

    /** A phase ends and the next begins. */
    void next(String name) throws BoundException {
        long now = clock.getAsLong();
        phases.merge(phase, now - phaseStart, Long::sum);
        phaseStart = now;
        phase = name;
        require(now);
    }

    /** Something was written meanwhile. */
    @Override
    public void wrote(long bytes) throws IOException {
        requireWanted(progress);
        require(clock.getAsLong());
    }

    /** Throws when the caller has given up. */
    static void requireWanted(Progress progress) throws CancelledException {
        if (progress.isCancelled()) {
            throw new CancelledException();
        }
    }

    private void require(long now) throws BoundException {
        if (now - start > maxNanos) {
            phases.merge(phase, now - phaseStart, Long::sum);
            StringJoiner parts = new StringJoiner(", ");
            phases.forEach((name, nanos) -> parts.add(name + " " + millis(nanos)));
            throw new BoundException(
                    "the program would have to stand still for more than " + millis(maxNanos) + " ms (so far, in ms: "
                            + parts + "); it runs on as if nothing had happened",
                    "allow a longer pause");
        }
    }

    private static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.1f", nanos / NANOS_PER_MILLI);
    }
}
