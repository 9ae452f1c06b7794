package dev.reprise.engine.tracee;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.reprise.kernel.Futex;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Ptrace;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * The platform thread that owns all ptrace work of one operation, and whose death the tracees notice.
 *
 * <p>ptrace ties a tracee to the very OS thread that seized it; the LIFE word stands on this thread's robust list.
 */
public final class Tracer implements AutoCloseable {
    private static final int ROBUST_LIST = 64;
    private static final int ANY = Integer.MAX_VALUE;

    private final Arena arena = Arena.ofConfined();
    private final Ptrace ptrace = new Ptrace(arena);
    private final MemorySegment robustList = arena.allocate(ROBUST_LIST, 64);
    private final int tid = Futex.ownTid();
    private boolean armed;

    private Tracer() {}

    /** The work of a tracer. */
    @FunctionalInterface
    public interface Work<T> {
        T with(Tracer tracer) throws Exception;
    }

    /** Does {@code work} on a thread of its own, and waits for it; an exception comes out as it is. */
    public static <T> T run(Work<T> work) throws Exception {
        Callable<T> body = () -> {
            try (Tracer tracer = new Tracer()) {
                return work.with(tracer);
            }
        };
        FutureTask<T> task = new FutureTask<>(body);
        Thread thread = new Thread(task, "tracer");
        thread.start();
        // An interrupt of the caller must not leave a program frozen: the work has its own way to stop early.
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException again) {
                    interrupted = true;
                } catch (ExecutionException failure) {
                    if (failure.getCause() instanceof Exception cause) {
                        throw cause;
                    }
                    throw new IllegalStateException(failure.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The ptrace requests of this thread. */
    public Ptrace ptrace() {
        return ptrace;
    }

    /** This thread's id. */
    public int tid() {
        return tid;
    }

    /** What LIFE holds while we live: tid and FUTEX_WAITERS, so that the kernel wakes somebody at our end. */
    int lifeValue() {
        return tid | Futex.FUTEX_WAITERS;
    }

    /** Ties a LIFE word to this thread. */
    void guard(MemorySegment life) throws KernelException {
        life.set(JAVA_INT, 0, lifeValue());
        Futex.markWhenCallerDies(life, robustList);
        armed = true;
    }

    /** Unties it: the word's memory is about to go. */
    void unguard() {
        if (armed) {
            Futex.forget(robustList);
            armed = false;
        }
    }

    /** Wakes everybody who waits on a word. */
    static void wakeAll(MemorySegment word) {
        Futex.wake(word, ANY);
    }

    @Override
    public void close() {
        unguard();
        Futex.dropRobustList();
        arena.close();
    }
}
