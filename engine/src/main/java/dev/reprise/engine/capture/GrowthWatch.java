package dev.reprise.engine.capture;

import dev.reprise.engine.model.Progress;
import dev.reprise.engine.tracee.MemoryCopy;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import java.io.IOException;
import java.util.List;

/**
 * Sees to it that copies take no more memory than they may, while a program writes to what it shares with them: beyond that
 * they end at once, whatever is being written, and the checkpoint with them.
 *
 * <p>A page is a copy's own when nobody else has it any more. The kernel counts them by walking the copy's page tables, so
 * they are counted a tenth of the time at most.
 */
final class GrowthWatch implements Pace, AutoCloseable {
    private static final int SHARE = 10;
    private static final long SHORTEST_PAUSE_NANOS = 5_000_000;

    private final List<MemoryCopy> copies;
    private final long maxBytes;
    private final Progress progress;
    private final Thread thread = new Thread(this::watch, "growth-watch");
    private volatile long exceeded;

    private GrowthWatch(List<MemoryCopy> copies, long maxBytes, Progress progress) {
        this.copies = List.copyOf(copies);
        this.progress = progress;
        this.maxBytes = maxBytes;
        thread.setDaemon(true);
    }

    /** {@link Long#MAX_VALUE}: they may take what there is. */
    static GrowthWatch over(List<MemoryCopy> copies, long maxBytes, Progress progress) {
        GrowthWatch watch = new GrowthWatch(copies, maxBytes, progress);
        if (maxBytes != Long.MAX_VALUE && !copies.isEmpty()) {
            watch.thread.start();
        }
        return watch;
    }

    private void watch() {
        try {
            while (exceeded == 0) {
                long before = System.nanoTime();
                long bytes = ownBytes(copies);
                if (bytes > maxBytes) {
                    exceeded = bytes;
                    copies.forEach(MemoryCopy::kill);
                }
                long pause = Math.max(SHORTEST_PAUSE_NANOS, (System.nanoTime() - before) * SHARE);
                Thread.sleep(pause / 1_000_000, (int) (pause % 1_000_000));
            }
        } catch (InterruptedException closed) {
            // it was in time
        }
    }

    /** What the copies have that nobody else has, in bytes. */
    static long ownBytes(List<MemoryCopy> copies) {
        long bytes = 0;
        for (MemoryCopy copy : copies) {
            bytes += ownBytes(copy.pid());
        }
        return bytes;
    }

    private static long ownBytes(int pid) {
        String sums;
        try {
            sums = Proc.text("/proc/" + pid + "/smaps_rollup");
        } catch (KernelException ended) {
            return 0;
        }
        String name = "Private_Dirty:";
        int at = sums.indexOf(name) + name.length();
        return Long.parseLong(sums.substring(at, sums.indexOf("kB", at)).strip()) << 10;
    }

    @Override
    public void wrote(long bytes) throws IOException {
        PauseWatch.requireWanted(progress);
        require();
    }

    /** When the copies have ended for what they took: why. */
    void require() throws BoundException {
        if (exceeded > 0) {
            throw new BoundException(
                    "the copies of the program's memory have grown to " + (exceeded >> 10) + " KiB, more than "
                            + (maxBytes >> 10) + " KiB; the program runs on as if nothing had happened",
                    "write to something faster, or allow more memory");
        }
    }

    /** Ends the watching; the copies are closed only afterwards. */
    @Override
    public void close() {
        thread.interrupt();
        boolean interrupted = false;
        while (thread.isAlive()) { // their ids must stay theirs as long as we look
            try {
                thread.join();
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
