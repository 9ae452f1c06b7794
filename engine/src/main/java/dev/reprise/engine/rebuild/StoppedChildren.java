package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rt_sigtimedwait;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_waitid;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.image.state.PendingSignal;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Signal;
import dev.reprise.kernel.WaitStatus;
import java.util.ArrayList;
import java.util.List;

/**
 * The children of a process that have been stopped again just now: it has known of it long since, so that it must not be
 * told once more.
 */
final class StoppedChildren {
    private static final int P_PID = 1;
    private static final int WSTOPPED = 2;
    private static final long PATIENCE_NANOS = 20_000_000;

    private final List<Member> children;
    private final ProcessPlan parent;
    private final SeedProcess seed;

    private StoppedChildren(List<Member> children, ProcessPlan parent, SeedProcess seed) {
        this.children = children;
        this.parent = parent;
        this.seed = seed;
    }

    /** Those of the process with an index in the plan. */
    static StoppedChildren of(RestorePlan plan, int index, SeedForest forest) {
        ProcessPlan parent = plan.processes().get(index);
        List<Member> children = new ArrayList<>(0);
        for (ProcessPlan child : plan.stopped()) {
            if (child.process().parentPid() == parent.process().pid()) {
                children.add(child.member());
            }
        }
        return new StoppedChildren(children, parent, forest.processes().get(index));
    }

    /** Takes the news away, unless the process had not heard it yet. */
    void settle() throws KernelException {
        if (!children.isEmpty() && !isNews()) {
            seed.run(0, program());
        }
    }

    private boolean isNews() {
        for (PendingSignal signal : parent.process().pendingSignals()) {
            if (signal.signal() == Signal.SIGCHLD) {
                return true;
            }
        }
        return false;
    }

    private Program program() {
        ProgramBuilder p = new ProgramBuilder();
        for (Member child : children) {
            int pid = child.pidAt(parent.member().innerPids().size());
            p.attempt(SYS_waitid, P_PID, pid, 0, WSTOPPED | WaitStatus.WALL, 0);
            // It comes a moment after the stop, and not at all with SA_NOCLDSTOP.
            p.attempt(
                    SYS_rt_sigtimedwait,
                    p.longs(1L << Signal.SIGCHLD - 1),
                    Arg.of(0),
                    p.longs(0, PATIENCE_NANOS),
                    Arg.of(Signal.SIGSET_SIZE));
        }
        p.end();
        return p.build();
    }
}
