package dev.reprise.engine.transport;

import dev.reprise.image.stream.DataCheck;
import dev.reprise.image.stream.DataDigest;
import dev.reprise.image.stream.Limits;
import dev.reprise.image.stream.Span;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** Computes the checksums, and for signatures the hashes, of page data that others wrote into the file, beside the next batch when there is much to do. */
final class Checksumming {
    // Below this a thread's start costs more than it brings.
    private static final long WORTH_A_THREAD = 4 << 20;
    // What the thread ends at; no span has a negative lane.
    private static final Span END = new Span(-1, 0, 0, 0, 0);

    private final FileChannel file;
    private final boolean isHashed;
    private final LinkedBlockingQueue<Span> queue = new LinkedBlockingQueue<>();
    private final IdentityHashMap<Span, DataDigest> results = new IdentityHashMap<>();
    private @Nullable IOException failure;
    private @Nullable Thread thread;

    Checksumming(FileChannel file, boolean isHashed) {
        this.file = file;
        this.isHashed = isHashed;
    }

    void add(Span span) {
        queue.add(span);
        if (thread == null && span.length() >= WORTH_A_THREAD) {
            thread = Thread.ofPlatform().name("checksums").daemon().start(this::work);
        }
    }

    /** Those of every span; the caller takes part in what is left. */
    Map<Span, DataDigest> finish() throws IOException {
        ByteBuffer buffer = null;
        for (Span span = queue.poll(); span != null; span = queue.poll()) {
            if (buffer == null || buffer.capacity() < Math.min(span.length(), Limits.PIECE)) {
                buffer = buffer(span.length());
            }
            compute(span, buffer);
        }
        stop();
        synchronized (this) {
            if (failure != null) {
                throw failure;
            }
            return results;
        }
    }

    /** Ends the thread, if there is one, without finishing what is queued. */
    void stop() {
        Thread running = thread;
        if (running == null) {
            return;
        }
        thread = null;
        queue.clear();
        queue.add(END);
        boolean isInterrupted = false;
        while (true) {
            try {
                running.join();
                break;
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        ByteBuffer buffer = buffer(Limits.PIECE);
        try {
            for (Span span = queue.take(); span.lane() != END.lane(); span = queue.take()) {
                compute(span, buffer);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void compute(Span span, ByteBuffer buffer) {
        try {
            DataDigest digest = DataCheck.digest(file, buffer, span.position(), span.length(), isHashed);
            synchronized (this) {
                results.put(span, digest);
            }
        } catch (IOException e) {
            synchronized (this) {
                failure = e;
            }
        }
    }

    private static ByteBuffer buffer(long length) {
        return ByteBuffer.allocateDirect((int) Math.min(length, Limits.PIECE));
    }
}
