package dev.reprise.cli;

import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * A line on a terminal: bytes, rate, time left. It appears only when something takes more than a second, and is gone at
 * the end. For one thread.
 */
final class ProgressBar implements ProgressLine {
    private static final long SHOW_NANOS = 1_000_000_000L;
    private static final long STEP_NANOS = 100_000_000L;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final int WIDTH = 30;
    private static final long PERCENT = 100;
    private static final long MINUTE = 60;
    private static final String ERASE = "\r\033[K";

    private final PrintStream terminal;
    private final LongSupplier clock;
    private final long start;
    private long phaseStart;
    private long last;
    private String phase = "";
    private boolean isShown;

    /** {@code clock}: nanoseconds. */
    ProgressBar(PrintStream terminal, LongSupplier clock) {
        this.terminal = terminal;
        this.clock = clock;
        start = clock.getAsLong();
        last = start;
        phaseStart = start;
    }

    @Override
    public void phase(String name) {
        end();
        phase = name;
        phaseStart = clock.getAsLong();
    }

    @Override
    public void bytes(long done, long total) {
        long now = clock.getAsLong();
        if (now - start < SHOW_NANOS || now - last < STEP_NANOS || total <= 0) {
            return;
        }
        last = now;
        isShown = true;
        print(ERASE + line(done, total, Math.max(1, now - phaseStart)));
    }

    private String line(long done, long total, long nanos) {
        double part = Math.min(1, (double) done / total);
        int full = (int) (part * WIDTH);
        double rate = done * NANOS_PER_SECOND / nanos;
        long left = done == 0 ? 0 : (long) Math.ceil((total - done) / rate);
        return String.format(
                Locale.ROOT,
                "%s [%s%s] %d %%, %s of %s, %s/s, %d:%02d left",
                phase,
                "#".repeat(full),
                " ".repeat(WIDTH - full),
                (long) (part * PERCENT),
                Amounts.bytes(done),
                Amounts.bytes(total),
                Amounts.bytes((long) rate),
                left / MINUTE,
                left % MINUTE);
    }

    @Override
    public void end() {
        if (isShown) {
            isShown = false;
            print(ERASE);
        }
    }

    private void print(String text) {
        terminal.print(text);
        terminal.flush();
    }
}
