package dev.reprise.engine.rebuild;

import dev.reprise.engine.model.PageSource;
import dev.reprise.engine.model.Progress;
import dev.reprise.kernel.KernelException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a stream has, on its way into the restored processes: one thread reads, others deliver what it has read and compute its
 * checksums (docs/decisions/0020-lanes.md).
 */
final class LaneDelivery {
    private static final long WORTH_A_THREAD = 4 << 20;

    private final PageSource.Streamed source;
    private final PageDelivery.Targets targets;
    private final LinkedBlockingQueue<Optional<Numbered>> queue = new LinkedBlockingQueue<>();
    // Guarded by this: all chunks below the first are delivered, and these.
    private final Set<Long> delivered = new HashSet<>();
    private long first;
    private @Nullable Throwable failure;

    // The how manyeth chunk it is, from 0.
    private record Numbered(long number, PageSource.Chunk chunk) {}

    private LaneDelivery(PageSource.Streamed source, PageDelivery.Targets targets) {
        this.source = source;
        this.targets = targets;
    }

    /** Delivers all of it, {@code total} bytes; returns when its end is verified. All threads of the processes are there before the first of ours is. */
    static void all(PageSource.Streamed source, PageDelivery.Targets targets, Progress progress, long total)
            throws IOException, KernelException {
        LaneDelivery delivery = new LaneDelivery(source, targets);
        if (total < WORTH_A_THREAD) {
            delivery.few();
        } else {
            delivery.all(progress, total);
        }
    }

    // In the thread that reads: others would take longer to start than they save.
    private void few() throws IOException, KernelException {
        try (PageDelivery delivery = new PageDelivery(targets)) {
            for (PageSource.Chunk next = source.next(); next != null; next = source.next()) {
                try (PageSource.Chunk chunk = next) {
                    delivery.accept(chunk);
                    delivery.repeat(chunk);
                }
            }
        }
    }

    private void all(Progress progress, long total) throws IOException, KernelException {
        List<Thread> lanes = new ArrayList<>();
        try {
            long done = 0;
            long number = 0;
            for (PageSource.Chunk chunk = source.next(); chunk != null; chunk = source.next()) {
                done += chunk.data().byteSize();
                queue.add(Optional.of(new Numbered(number++, chunk)));
                if (lanes.size() < source.lanes()) {
                    int lane = lanes.size();
                    lanes.add(Thread.ofPlatform().daemon().name("lane-" + lane).start(this::deliver));
                }
                progress.bytes(done, total);
                if (failure() != null) {
                    break;
                }
            }
        } finally {
            lanes.forEach(_ -> queue.add(Optional.empty()));
            lanes.forEach(LaneDelivery::join);
        }
        switch (failure()) {
            case null -> {}
            case KernelException kernel -> throw kernel;
            case RuntimeException runtime -> throw runtime;
            case Throwable other -> throw new IllegalStateException(other);
        }
    }

    private void deliver() {
        try (PageDelivery delivery = new PageDelivery(targets)) {
            for (Optional<Numbered> next = queue.take(); next.isPresent(); next = queue.take()) {
                try (PageSource.Chunk chunk = next.get().chunk()) {
                    if (failure() == null) {
                        delivery.accept(chunk);
                        if (!chunk.repeats().isEmpty()
                                && areAllBefore(next.get().number())) {
                            delivery.repeat(chunk);
                        }
                    }
                } catch (Throwable failed) {
                    fail(failed);
                }
                delivered(next.get().number());
            }
        } catch (InterruptedException never) {
            fail(never);
        }
    }

    // Waits until they are delivered, whoever does that: he waits for none behind them. False when something has
    // failed.
    private synchronized boolean areAllBefore(long number) throws InterruptedException {
        while (first < number && failure == null) {
            wait();
        }
        return failure == null;
    }

    private synchronized void delivered(long number) {
        delivered.add(number);
        while (delivered.remove(first)) {
            first++;
        }
        notifyAll();
    }

    private synchronized @Nullable Throwable failure() {
        return failure;
    }

    private synchronized void fail(Throwable failed) {
        if (failure == null) {
            failure = failed;
        }
        notifyAll();
    }

    private static void join(Thread lane) {
        boolean isInterrupted = false;
        while (true) {
            try {
                lane.join();
                break;
            } catch (InterruptedException again) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
