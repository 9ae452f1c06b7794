package dev.reprise.engine.capture;

import dev.reprise.kernel.KernelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Reads /proc of many processes on several processors: half of the time of a large set's freeze is the kernel's, there. */
final class Readers {
    /** Below, starting a thread takes longer than it saves. */
    private static final int FEW = 16;

    private static final int MOST_THREADS = 4;

    private Readers() {}

    /** What is read of one; may be called on any thread. */
    @FunctionalInterface
    interface Read<T, R> {
        /** Null where there is nothing. */
        @Nullable
        R of(T one) throws KernelException;
    }

    /** What is read of each, in their order. */
    static <T, R> List<@Nullable R> all(List<T> from, Read<T, R> read) throws KernelException {
        List<@Nullable R> results = new ArrayList<>(from.size());
        if (from.size() < FEW) {
            for (T one : from) {
                results.add(read.of(one));
            }
            return results;
        }
        from.forEach(_ -> results.add(null));
        AtomicInteger next = new AtomicInteger();
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        Runnable work = () -> {
            for (int i = next.getAndIncrement(); i < from.size() && failure.get() == null; i = next.getAndIncrement()) {
                try {
                    results.set(i, read.of(from.get(i)));
                } catch (KernelException | RuntimeException | Error failed) {
                    failure.compareAndSet(null, failed);
                }
            }
        };
        List<Thread> helpers = new ArrayList<>();
        int threads = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
        for (int i = 1; i < threads; i++) {
            helpers.add(Thread.ofPlatform().daemon().name("reader").start(work));
        }
        work.run();
        helpers.forEach(Readers::join);
        switch (failure.get()) {
            case null -> {}
            case KernelException kernel -> throw kernel;
            case RuntimeException runtime -> throw runtime;
            case Throwable other -> throw new IllegalStateException(other);
        }
        return results;
    }

    private static void join(Thread helper) {
        boolean interrupted = false;
        while (true) {
            try {
                helper.join();
                break;
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
