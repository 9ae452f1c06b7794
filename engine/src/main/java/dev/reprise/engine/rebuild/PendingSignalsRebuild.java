package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rt_sigqueueinfo;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rt_tgsigqueueinfo;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.image.state.PendingSignal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Queued signals. Only a task itself may forge the kernel's own si_code (kernel/signal.c, do_rt_sigqueueinfo), so the
 * leader queues those of the process, each thread its own; all signals are blocked meanwhile.
 */
final class PendingSignalsRebuild {
    private static final int SI_CODE = 8;
    private static final int SI_PID = 16;
    private static final int SI_USER = 0;
    private static final int SI_QUEUE = -1;
    private static final int SI_TKILL = -6;

    private PendingSignalsRebuild() {}

    /** In the leader: those of the process. */
    static void shared(ProgramBuilder p, Arg pid, List<PendingSignal> signals) {
        for (PendingSignal signal : signals) {
            p.call(SYS_rt_sigqueueinfo, pid, Arg.of(signal.signal()), siginfo(p, signal))
                    .about("pending signal " + signal.signal());
        }
    }

    /** In the thread itself: its own. */
    static void own(ProgramBuilder p, Arg pid, Arg tid, List<PendingSignal> signals) {
        for (PendingSignal signal : signals) {
            p.call(SYS_rt_tgsigqueueinfo, pid, tid, Arg.of(signal.signal()), siginfo(p, signal))
                    .about("pending signal " + signal.signal());
        }
    }

    // kill(2), sigqueue(3) and their like tell who sent it: perhaps the program itself.
    private static Slot siginfo(ProgramBuilder p, PendingSignal signal) {
        byte[] info = signal.siginfo().toArray();
        Slot slot = p.bytes(info);
        ByteBuffer words = ByteBuffer.wrap(info).order(ByteOrder.LITTLE_ENDIAN);
        int code = words.getInt(SI_CODE);
        int sender = words.getInt(SI_PID);
        if ((code == SI_USER || code == SI_QUEUE || code == SI_TKILL) && p.isRenamed(sender)) {
            p.store4(slot.plus(SI_PID), p.id(sender));
        }
        return slot;
    }
}
