package dev.reprise.engine.tracee;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.reprise.engine.program.x86_64.ControlBlock;
import dev.reprise.kernel.Futex;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.RobustFutexes;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A thread on whose robust list LIFE words stand: the tracer itself, or, where there are more segments than one list
 * holds, another thread that does nothing else. All of them die with us.
 */
final class Supervisor implements AutoCloseable {
    private static final VarHandle LIFE = JAVA_INT.varHandle();

    private final Arena arena = Arena.ofShared();
    private final RobustFutexes words = new RobustFutexes(arena, Segment.NODE_TO_LIFE);
    private final CountDownLatch end = new CountDownLatch(1);
    private int tid;
    private @Nullable Thread thread;

    private Supervisor() {}

    /** The calling thread as a supervisor; it must close it itself. */
    static Supervisor ofCaller() throws KernelException {
        Supervisor supervisor = new Supervisor();
        supervisor.begin();
        return supervisor;
    }

    /** One with a thread of its own. */
    static Supervisor start() throws KernelException {
        Supervisor supervisor = new Supervisor();
        CountDownLatch begun = new CountDownLatch(1);
        Thread thread = new Thread(() -> supervisor.live(begun), "supervisor");
        thread.setDaemon(true);
        supervisor.thread = thread;
        thread.start();
        await(begun);
        if (supervisor.tid == 0) {
            throw new IllegalStateException("a thread has got no robust list");
        }
        return supervisor;
    }

    private void begin() throws KernelException {
        words.belongToCaller();
        tid = Futex.ownTid();
    }

    private void live(CountDownLatch begun) {
        try {
            begin();
        } catch (KernelException _) {
            return; // tid says so
        } finally {
            begun.countDown();
        }
        await(end);
        RobustFutexes.dropCallers();
    }

    private static void await(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    boolean hasRoom() {
        return words.hasRoom();
    }

    /** What a LIFE word holds while we live: tid and FUTEX_WAITERS, so that the kernel wakes somebody at our end. */
    int lifeValue() {
        return tid | Futex.FUTEX_WAITERS;
    }

    /** Ties a LIFE word, by its node, to the thread. */
    void guard(MemorySegment node, MemorySegment life) {
        life.set(JAVA_INT, 0, lifeValue());
        words.add(node);
    }

    /** The same with a word that a dead thread has left; false where it is somebody else's, who lives. */
    boolean takeOver(MemorySegment node, MemorySegment life) {
        int seen = (int) LIFE.getVolatile(life, 0L);
        if ((seen & ControlBlock.OWNER_DIED) == 0) {
            return false;
        }
        words.add(node); // before it is ours: should we die in between it is nobody's
        if (!LIFE.compareAndSet(life, 0L, seen, lifeValue())) {
            words.remove(node);
            return false;
        }
        Tracer.wakeAll(life.asSlice(0, Integer.BYTES));
        return true;
    }

    /** What the kernel does at the thread's end, now: whoever waits for our death believes it. */
    void giveUp(MemorySegment life) {
        LIFE.setVolatile(life, 0L, lifeValue() | ControlBlock.OWNER_DIED);
        Tracer.wakeAll(life.asSlice(0, Integer.BYTES));
    }

    /** Unties it: the word's memory is about to go. */
    void unguard(MemorySegment node) {
        words.remove(node);
    }

    @Override
    public void close() {
        Thread own = thread;
        if (own == null) {
            RobustFutexes.dropCallers();
        } else {
            end.countDown();
            while (own.isAlive()) {
                try {
                    own.join();
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                    return; // its memory stays with it
                }
            }
        }
        arena.close();
    }
}
