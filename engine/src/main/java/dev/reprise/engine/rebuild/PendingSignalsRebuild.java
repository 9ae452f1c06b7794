package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rt_sigqueueinfo;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rt_tgsigqueueinfo;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.image.state.PendingSignal;
import java.util.List;

/**
 * Queued signals. Only a task itself may forge the kernel's own si_code (kernel/signal.c, do_rt_sigqueueinfo), so the
 * leader queues those of the process, each thread its own; all signals are blocked meanwhile.
 */
final class PendingSignalsRebuild {
    private PendingSignalsRebuild() {}

    /** In the leader: those of the process. */
    static void shared(ProgramBuilder p, Arg pid, List<PendingSignal> signals) {
        for (PendingSignal signal : signals) {
            p.call(
                            SYS_rt_sigqueueinfo,
                            pid,
                            Arg.of(signal.signal()),
                            p.bytes(signal.siginfo().toArray()))
                    .about("pending signal " + signal.signal());
        }
    }

    /** In the thread itself: its own. */
    static void own(ProgramBuilder p, Arg pid, Arg tid, List<PendingSignal> signals) {
        for (PendingSignal signal : signals) {
            p.call(
                            SYS_rt_tgsigqueueinfo,
                            pid,
                            tid,
                            Arg.of(signal.signal()),
                            p.bytes(signal.siginfo().toArray()))
                    .about("pending signal " + signal.signal());
        }
    }
}
