package dev.reprise.engine.tracee;

import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStat;
import dev.reprise.kernel.Ptrace;
import dev.reprise.kernel.TaskDiedException;
import dev.reprise.kernel.WaitStatus;
import dev.reprise.kernel.x86_64.SyscallNumbers;

/**
 * Brings a seized thread to its event stop, whatever it is doing.
 *
 * <p>One that waits for its vfork child (state D) cannot be stopped before that child execs or exits: it is given time,
 * while the child, which is looked for later, runs on.
 */
final class Stopping {
    private static final long PATIENCE_NANOS = 2_000_000_000L;
    private static final char UNINTERRUPTIBLE = 'D';

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
            // A signal on the way is delivered as it would have been; an exec only begins another program. Its stop
            // takes an interruption
            // that has come before with it (ptrace_stop: any trap clears it).
            ptrace.interrupt(tracee.tid());
            ptrace.resume(tracee.tid(), status.isSignalStop() ? status.stopSignal() : 0);
        }
    }

    private WaitStatus await() throws KernelException {
        WaitStatus status = tracee.nextWithin(PATIENCE_NANOS);
        while (status == null) {
            requireStoppable();
            status = tracee.nextWithin(PATIENCE_NANOS);
        }
        return status;
    }

    private void requireStoppable() throws UnstoppableException {
        String task = "/proc/" + pid + "/task/" + tracee.tid();
        boolean waitsForChild;
        try {
            if (ProcStat.ofTask(pid, tracee.tid()).state() != UNINTERRUPTIBLE) {
                return;
            }
            waitsForChild = isClone(Proc.text(task + "/syscall"));
        } catch (KernelException gone) {
            return;
        }
        throw new UnstoppableException(tracee.tid(), waitsForChild);
    }

    // "58 0x... 0x..."
    private static boolean isClone(String syscall) {
        return syscall.startsWith(SyscallNumbers.SYS_vfork + " ")
                || syscall.startsWith(SyscallNumbers.SYS_clone + " ")
                || syscall.startsWith(SyscallNumbers.SYS_clone3 + " ");
    }
}
