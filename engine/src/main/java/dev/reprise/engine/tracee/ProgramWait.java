package dev.reprise.engine.tracee;

import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Signal;
import dev.reprise.kernel.TaskDiedException;
import dev.reprise.kernel.WaitStatus;

/** Waits for a program that runs in a traced thread: spinning first, then asleep, always with an eye on its death. */
public final class ProgramWait {
    private ProgramWait() {}

    /** Returns when the thread has published DONE; a stop by SIGSTOP on the way is resumed, a death thrown. */
    public static void until(Control control, Tracee tracee, long spinNanos, long pollNanos) throws KernelException {
        long start = System.nanoTime();
        while (!control.isDone()) {
            if (System.nanoTime() - start < spinNanos) {
                Thread.onSpinWait();
                continue;
            }
            WaitStatus status = tracee.poll();
            if (status == null) {
                if (System.nanoTime() - start > Tracee.DEATH_NANOS) {
                    tracee.requireAlive();
                }
                control.awaitChange(pollNanos);
                continue;
            }
            if (!status.isStopped()) {
                throw new TaskDiedException("wait4 (" + status + ")", tracee.tid());
            }
            if (status.isSignalStop() && status.stopSignal() != Signal.SIGSTOP) {
                throw new TaskDiedException("program stopped (" + status + ")", tracee.tid());
            }
            // SIGSTOP, which nobody can block, becomes a group stop, unless a SIGCONT has come since. In a group
            // stop the program itself must end first; the stop waits at the detach.
            tracee.ptrace().resume(tracee.tid(), status.isSignalStop() ? status.stopSignal() : 0);
        }
    }
}
