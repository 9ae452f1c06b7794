package dev.reprise.engine.capture;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Interruption;
import dev.reprise.image.state.Registers;
import dev.reprise.image.state.RobustList;
import dev.reprise.image.state.RseqArea;
import dev.reprise.image.state.Scheduling;
import dev.reprise.image.state.SignalStack;
import dev.reprise.image.state.TaskModes;
import dev.reprise.image.state.TaskState;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.ProcStat;
import dev.reprise.kernel.ProcStatus;
import dev.reprise.kernel.Signal;
import java.util.List;

/** A leader that has ended before its threads: the kernel keeps its ids, its name, its credentials and its status. */
final class EndedLeaderCapture {
    private static final long DEFAULT_SLACK = 50_000;
    private static final int ROBUST_HEAD = 24;

    private EndedLeaderCapture() {}

    static TaskState take(int pid, IdLevel level) throws KernelException {
        ProcStatus status = ProcStatus.of(pid, pid);
        return new TaskState(
                level.id(status, "NSpid"),
                level.inner(status),
                ZombieCapture.name(pid),
                Registers.of(new long[Registers.WORDS]),
                Bytes.empty(),
                new Interruption.None(),
                0,
                List.of(),
                new SignalStack(0, Signal.SS_DISABLE, 0),
                new RobustList(0, ROBUST_HEAD),
                RseqArea.NONE,
                0,
                TaskCapture.credentials(status, 0),
                new Scheduling(0, 0, 0, 0, 0, 0, 0, Bytes.empty(), 0, DEFAULT_SLACK),
                0,
                0,
                TaskModes.DEFAULT);
    }

    /** What its parent will be told in the end. */
    static int status(int pid) throws KernelException {
        return ProcStat.ofTask(pid, pid).exitCode();
    }
}
