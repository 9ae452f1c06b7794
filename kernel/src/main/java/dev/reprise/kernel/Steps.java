package dev.reprise.kernel;

import dev.reprise.kernel.x86_64.SyscallNumbers;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A test switch at the door: counts our system calls, or dies by SIGKILL before the N-th, so that "the tool dies at
 * step N" needs no list of steps.
 *
 * <p>Off (and folded away by the compiler) unless a system property asks for it: {@code reprise.steps=count} prints the
 * number of calls at the end, {@code reprise.steps=N} dies before call N, {@code reprise.steps.pause=MS} waits before
 * that, when {@code reprise.steps.signal=PID:N} has sent a signal. With {@code reprise.steps.of=NAME} only calls of this name are counted.
 */
final class Steps {
    private static final String ASKED = System.getProperty("reprise.steps", "");
    static final boolean WATCHED = !ASKED.isEmpty();
    private static final boolean COUNTING = ASKED.equals("count");
    private static final int LAST = WATCHED && !COUNTING ? Integer.parseInt(ASKED) : Integer.MAX_VALUE;
    private static final String OF = System.getProperty("reprise.steps.of", "");
    private static final int PAUSE_MS = Integer.getInteger("reprise.steps.pause", 0);
    private static final String SIGNAL = System.getProperty("reprise.steps.signal", "");
    private static final AtomicInteger TAKEN = new AtomicInteger();
    private static final int SIGKILL = 9;

    static {
        if (COUNTING) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> System.err.println("steps: " + TAKEN.get())));
        }
    }

    private Steps() {}

    static void next(int number) {
        if (!OF.isEmpty() && !SyscallNumbers.nameOf(number).equals(OF)) {
            return;
        }
        int step = TAKEN.incrementAndGet();
        if (step >= LAST) {
            if (step == LAST) {
                die(step, number);
            }
            waitForDeath();
        }
    }

    private static void die(int step, int number) {
        System.err.println("dying before step " + step + ": " + SyscallNumbers.nameOf(number));
        if (!SIGNAL.isEmpty()) {
            int colon = SIGNAL.indexOf(':');
            int pid = Integer.parseInt(SIGNAL, 0, colon, 10);
            int signal = Integer.parseInt(SIGNAL, colon + 1, SIGNAL.length(), 10);
            Door.raw(SyscallNumbers.SYS_kill, pid, signal, 0, 0, 0, 0);
        }
        if (PAUSE_MS > 0) {
            pause();
        }
        long self = Door.raw(SyscallNumbers.SYS_getpid, 0, 0, 0, 0, 0, 0);
        Door.raw(SyscallNumbers.SYS_kill, self, SIGKILL, 0, 0, 0, 0);
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void waitForDeath() {
        while (true) {
            Door.raw(SyscallNumbers.SYS_pause, 0, 0, 0, 0, 0, 0);
        }
    }
}
