package dev.reprise.engine.tracee;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_tgkill;

import dev.reprise.kernel.Door;
import dev.reprise.kernel.Futex;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.OwnThread;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.Ptrace;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The platform thread that owns all ptrace work of one operation, and whose death the tracees notice.
 *
 * <p>ptrace ties a tracee to the very OS thread that seized it; the LIFE words stand on this thread's robust list
 * (and on those of helpers, where they are many).
 */
public final class Tracer implements AutoCloseable {
    private static final int ANY = Integer.MAX_VALUE;
    private static final long PATIENCE_NANOS = 1_000_000_000;

    private final Arena arena = Arena.ofConfined();
    private final Ptrace ptrace = new Ptrace(arena);
    private final int tid = Futex.ownTid();
    private int segments;
    private boolean leftBehind;
    private final List<Supervisor> supervisors = new ArrayList<>();

    private Tracer() throws KernelException {
        supervisors.add(Supervisor.ofCaller());
    }

    /** The work of a tracer. */
    @FunctionalInterface
    public interface Work<T> {
        T with(Tracer tracer) throws Exception;
    }

    /** Does {@code work} on a thread of its own, and waits for it; an exception comes out as it is. */
    public static <T> T run(Work<T> work) throws Exception {
        AtomicInteger leaving = new AtomicInteger();
        try {
            return OwnThread.run("tracer", () -> {
                try (Tracer tracer = new Tracer()) {
                    try {
                        return work.with(tracer);
                    } finally {
                        leaving.set(tracer.leftBehind ? tracer.tid : 0);
                    }
                }
            });
        } finally {
            awaitEnd(leaving.get());
        }
    }

    // With a thread the kernel lets go of all that it traces, a moment after Java is done with it.
    private static void awaitEnd(int tid) {
        long start = System.nanoTime();
        while (tid != 0
                && Door.call(SYS_tgkill, Proc.ownPid(), tid, 0) == 0
                && System.nanoTime() - start < PATIENCE_NANOS) {
            Thread.onSpinWait();
        }
    }

    /** There is a task that could not be let go, and is traced until this thread ends: nobody is to find it so. */
    public void leaveBehind() {
        leftBehind = true;
    }

    /** The ptrace requests of this thread. */
    public Ptrace ptrace() {
        return ptrace;
    }

    /** This thread's id. */
    public int tid() {
        return tid;
    }

    /** Another number for the key of a segment: asking the kernel for the next free one takes a call for each that is not. */
    int nextKey() {
        return tid + segments++;
    }

    /** A thread with room on its robust list: this one, or others beside it where there are many segments. */
    Supervisor supervisor() throws KernelException {
        Supervisor last = supervisors.getLast();
        if (!last.hasRoom()) {
            last = Supervisor.start();
            supervisors.add(last);
        }
        return last;
    }

    /** Wakes everybody who waits on a word. */
    static void wakeAll(MemorySegment word) {
        Futex.wake(word, ANY);
    }

    @Override
    public void close() {
        supervisors.forEach(Supervisor::close);
        arena.close();
    }
}
