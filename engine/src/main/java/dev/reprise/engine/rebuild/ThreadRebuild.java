package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_personality;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_prctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rseq;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_set_robust_list;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_set_tid_address;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_sigaltstack;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.image.state.RseqArea;
import dev.reprise.image.state.SignalStack;
import dev.reprise.image.state.TaskState;
import dev.reprise.kernel.Prctl;
import dev.reprise.kernel.Signal;
import java.util.Arrays;

/**
 * A thread's own program, run by the thread itself when memory has its final contents (rseq is written to at once) and
 * the dispositions are set. Credentials come last but for the parent death signal, which they clear.
 */
public final class ThreadRebuild {
    private ThreadRebuild() {}

    /** Adds everything but registers and signal mask; {@link ProcessRebuild#finish} does it for the leader. */
    public static void add(ProgramBuilder p, int pid, TaskState task) {
        attributes(p, pid, task);
        credentials(p, task);
    }

    static void attributes(ProgramBuilder p, int pid, TaskState task) {
        byte[] name = task.name().toArray();
        p.call(SYS_prctl, Arg.of(Prctl.PR_SET_NAME), p.bytes(Arrays.copyOf(name, name.length + 1)))
                .about("name");
        signalStack(p, task.signalStack());
        rseq(p, task.rseq());
        p.call(SYS_set_robust_list, task.robustList().head(), task.robustList().length())
                .about("robust list");
        p.call(SYS_set_tid_address, task.clearChildTid());
        p.call(SYS_personality, task.personality()).about("personality");
        PendingSignalsRebuild.own(p, p.id(pid), p.id(task.tid()), task.pendingSignals());
        TaskModesRebuild.add(p, task.modes());
        SchedulingRebuild.add(p, task.scheduling());
    }

    static void credentials(ProgramBuilder p, TaskState task) {
        CredentialsRebuild.add(p, task.credentials());
        if (task.parentDeathSignal() != 0) {
            p.call(SYS_prctl, Prctl.PR_SET_PDEATHSIG, task.parentDeathSignal()).about("parent death signal");
        }
    }

    private static void signalStack(ProgramBuilder p, SignalStack stack) {
        if (stack.size() != 0) {
            // The flag only tells that the stack was in use.
            long flags = stack.flags() & ~Signal.SS_ONSTACK & 0xffffffffL;
            p.call(SYS_sigaltstack, p.longs(stack.address(), flags, stack.size()), Arg.of(0))
                    .about("signal stack");
        }
    }

    private static void rseq(ProgramBuilder p, RseqArea area) {
        if (area.address() != 0) {
            p.call(SYS_rseq, area.address(), area.length(), area.flags(), Integer.toUnsignedLong(area.signature()))
                    .about("restartable sequences");
        }
    }
}
