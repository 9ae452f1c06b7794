package dev.reprise.engine.capture;

import dev.reprise.engine.model.PageSink;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.kernel.KernelException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings pages into a stream by several threads: each reads a chunk and prepares it, then they write, one after the other
 * (docs/decisions/0020-lanes.md). So the bytes are the same however the threads run, and whoever reads slowly makes all of them wait.
 */
final class LaneOutput {
    /** With fewer chunks a thread takes longer to start than it saves. */
    private static final int FEW = 4;

    private final PageSink.Streamed stream;
    private final ObjectId object;
    private final List<List<PageRun>> chunks;
    private final Opening opening;
    private final Pace pace;
    private final int lanes;
    // Guarded by this.
    private int turn;
    private @Nullable Throwable failure;

    /** Reads chunks, again and again into the same memory; for one thread. */
    interface Reading extends AutoCloseable {
        ByteBuffer read(List<PageRun> runs) throws KernelException;

        @Override
        void close();
    }

    /** A reading for the thread that asks. */
    interface Opening {
        Reading open() throws KernelException;
    }

    LaneOutput(PageSink.Streamed stream, ObjectId object, List<List<PageRun>> chunks, Opening opening, Pace pace) {
        this.stream = stream;
        this.object = object;
        this.chunks = chunks;
        this.opening = opening;
        this.pace = pace;
        lanes = chunks.size() < FEW ? 1 : stream.lanes();
    }

    /** Writes all chunks; {@code own} is the caller's reading. No thread is left when it returns, or throws. */
    void write(Reading own) throws KernelException, IOException {
        List<Thread> others = new ArrayList<>();
        try {
            for (int i = 1; i < lanes; i++) {
                int lane = i;
                others.add(Thread.ofPlatform().daemon().name("lane-" + lane).start(() -> work(lane)));
            }
            work(0, own);
        } catch (Throwable failed) {
            fail(failed);
        } finally {
            others.forEach(this::join);
        }
        synchronized (this) {
            switch (failure) {
                case null -> {}
                case KernelException kernel -> throw kernel;
                case IOException io -> throw io;
                case RuntimeException runtime -> throw runtime;
                case Throwable other -> throw new IllegalStateException(other);
            }
        }
    }

    private void work(int lane) {
        try (Reading reading = opening.open()) {
            work(lane, reading);
        } catch (Throwable failed) {
            fail(failed);
        }
    }

    private void work(int lane, Reading reading) throws KernelException, IOException {
        for (int i = lane; i < chunks.size(); i += lanes) {
            List<PageRun> runs = chunks.get(i);
            ByteBuffer bytes = reading.read(runs);
            int length = bytes.remaining();
            PageSink.Streamed.Prepared pages = stream.prepare(object, runs, bytes);
            if (!isTurnOf(i)) {
                return;
            }
            pages.write(lane);
            pace.wrote(length);
            next();
        }
    }

    // Waits for it; false when another lane has failed.
    private synchronized boolean isTurnOf(int chunk) throws InterruptedIOException {
        try {
            while (turn != chunk && failure == null) {
                wait();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
        return failure == null;
    }

    private synchronized void next() {
        turn++;
        notifyAll();
    }

    private synchronized void fail(Throwable failed) {
        if (failure == null) {
            failure = failed;
        }
        notifyAll();
    }

    // Who is interrupted interrupts those who wait for a reader, too.
    private void join(Thread lane) {
        boolean isInterrupted = Thread.interrupted();
        while (true) {
            try {
                if (isInterrupted) {
                    lane.interrupt();
                }
                lane.join();
                break;
            } catch (InterruptedException stop) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
