package dev.reprise.cli;

import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * A JSON object a line: each phase when it begins, and how many bytes it has moved, ten times a second at most and at its end;
 * all with the milliseconds since the start.
 */
final class ProgressJson implements ProgressLine {
    private static final long STEP_NANOS = 100_000_000L;
    private static final double NANOS_PER_MILLI = 1e6;

    private final PrintStream out;
    private final LongSupplier clock;
    private final long start;
    private long last;
    private String phase = "";

    /** {@code clock}: nanoseconds. */
    ProgressJson(PrintStream out, LongSupplier clock) {
        this.out = out;
        this.clock = clock;
        start = clock.getAsLong();
        last = start - STEP_NANOS;
    }

    @Override
    public void phase(String name) {
        phase = name;
        print("");
    }

    @Override
    public void bytes(long done, long total) {
        long now = clock.getAsLong();
        if (now - last >= STEP_NANOS || done == total) {
            last = now;
            print(String.format(Locale.ROOT, ",\"bytes\":%d,\"total\":%d", done, total));
        }
    }

    private void print(String more) {
        out.println(String.format(
                Locale.ROOT,
                "{\"ms\":%.1f,\"phase\":\"%s\"%s}",
                (clock.getAsLong() - start) / NANOS_PER_MILLI,
                phase,
                more));
        out.flush();
    }

    @Override
    public void end() {
        // each line is one of its own
    }
}
