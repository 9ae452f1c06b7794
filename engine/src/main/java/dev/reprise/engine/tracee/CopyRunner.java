package dev.reprise.engine.tracee;

import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.PidFd;
import dev.reprise.kernel.ProcStat;
import dev.reprise.kernel.TaskDiedException;

/** Runs programs in a copy of a process's memory, which nobody traces: it is parked in a segment. */
final class CopyRunner {
    private static final int SIGCONT = 18;
    private static final long POLL_NANOS = 20_000_000;

    private final Control control;
    private final long programs;
    private final int pid;
    private final PidFd process;

    /** {@code programs}: where in the segment they are placed. */
    CopyRunner(Control control, long programs, int pid, PidFd process) {
        this.control = control;
        this.programs = programs;
        this.pid = pid;
        this.process = process;
    }

    /** Runs one to its end, however late that is. */
    ProgramResults run(Program program) throws KernelException {
        return run(program, Long.MAX_VALUE);
    }

    /** The same; ETIMEDOUT when it takes longer than so many nanoseconds: it may still run then. */
    ProgramResults run(Program program, long patience) throws KernelException {
        control.placeAt(program, programs);
        control.submit();
        await(patience);
        int stoppedAt = control.stoppedAt();
        if (!control.program().isEnd(stoppedAt)) {
            throw new KernelException(
                    control.program().callName(stoppedAt),
                    control.program().subject(stoppedAt) + " in a copy of the memory",
                    Errno.of(control.resultAt(stoppedAt)));
        }
        return control.results();
    }

    /** Waits until it has done what it was told last. */
    void await() throws KernelException {
        await(Long.MAX_VALUE);
    }

    /** The same; ETIMEDOUT when it takes longer than so many nanoseconds. */
    void await(long patience) throws KernelException {
        long start = System.nanoTime();
        while (!control.isDone()) {
            if (System.nanoTime() - start > patience) {
                throw new KernelException("futex", "process " + pid + ", which does not answer", Errno.ETIMEDOUT);
            }
            control.awaitChange(POLL_NANOS);
            if (!control.isDone()) {
                requireRunning();
            }
        }
    }

    // A signal to the program's group may have met it before it left that: the stop is none of its business.
    private void requireRunning() throws TaskDiedException {
        try {
            ProcStat stat = ProcStat.of(pid);
            if (stat.state() == 'T') {
                process.signal(SIGCONT);
            }
            if (!stat.isEnding()) {
                return;
            }
        } catch (KernelException gone) {
            // so it has ended
        }
        throw new TaskDiedException("a copy of the memory", pid);
    }
}
