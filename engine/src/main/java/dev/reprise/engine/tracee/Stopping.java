package dev.reprise.engine.tracee;

import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStat;
import dev.reprise.kernel.Ptrace;
import dev.reprise.kernel.TaskDiedException;
import dev.reprise.kernel.WaitStatus;
import dev.reprise.kernel.x86_64.SyscallNumbers;
import java.util.concurrent.locks.LockSupport;

/**
 * Brings a seized thread to its event stop, whatever it is doing.
 *
 * <p>One that waits for its vfork child (state D) cannot be stopped before that child execs or exits: it is given time,
 * while the child, which is looked for later, runs on.
 */
final class Stopping {
    private static final long SPIN_NANOS = 300_000;
    private static final long PAUSE_NANOS = 50_000;
    private static final long VFORK_NANOS = 2_000_000_000L;

    private final int pid;
    private final Tracee tracee;

    Stopping(int pid, Tracee tracee) {
        this.pid = pid;
        this.tracee = tracee;
    }

    /** Interrupts it and waits. */
    WaitStatus stop() throws KernelException {
        Ptrace ptrace = tracee.ptrace();
        ptrace.interrupt(tracee.tid());
        while (true) {
            WaitStatus status = await();
            if (!status.isStopped()) {
                throw new TaskDiedException("wait4 (" + status + ")", tracee.tid());
            }
            if (status.isEventStop()) {
                return status;
            }
            // A signal on the way is delivered as it would have been; an exec only begins another program.
            ptrace.resume(tracee.tid(), status.isSignalStop() ? status.stopSignal() : 0);
        }
    }

    private WaitStatus await() throws KernelException {
        long start = System.nanoTime();
        while (System.nanoTime() - start < SPIN_NANOS) {
            WaitStatus status = tracee.poll();
            if (status != null) {
                return status;
            }
            Thread.onSpinWait();
        }
        while (isInVfork()) {
            if (System.nanoTime() - start > VFORK_NANOS) {
                throw new VforkException(tracee.tid());
            }
            WaitStatus status = tracee.poll();
            if (status != null) {
                return status;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return tracee.next();
    }

    private boolean isInVfork() {
        String task = "/proc/" + pid + "/task/" + tracee.tid();
        try {
            return ProcStat.ofTask(pid, tracee.tid()).state() == 'D' && isClone(Proc.text(task + "/syscall"));
        } catch (KernelException gone) {
            return false;
        }
    }

    // "58 0x... 0x..."
    private static boolean isClone(String syscall) {
        return syscall.startsWith(SyscallNumbers.SYS_vfork + " ")
                || syscall.startsWith(SyscallNumbers.SYS_clone + " ")
                || syscall.startsWith(SyscallNumbers.SYS_clone3 + " ");
    }
}
