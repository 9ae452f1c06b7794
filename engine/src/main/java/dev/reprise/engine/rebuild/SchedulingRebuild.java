package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioprio_set;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_prctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_sched_setaffinity;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_sched_setattr;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setpriority;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.image.state.Scheduling;
import dev.reprise.kernel.Prctl;
import dev.reprise.kernel.Sched;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * How a task is scheduled: before its credentials (CAP_SYS_NICE), after it has cloned whatever it clones (a deadline task
 * may not). Timer slack first: a real-time policy sets it to 0 and it cannot be set any more.
 */
final class SchedulingRebuild {
    private static final int ATTR_SIZE = 48;
    private static final int ALL_PROCESSORS = 128;

    private SchedulingRebuild() {}

    static void add(ProgramBuilder p, Scheduling s) {
        if (s.timerSlackNanos() != 0) {
            p.call(SYS_prctl, Prctl.PR_SET_TIMERSLACK, s.timerSlackNanos()).about("timer slack");
        }
        // An empty mask stands for every processor there is.
        byte[] mask = s.affinity().toArray();
        if (mask.length == 0) {
            mask = new byte[ALL_PROCESSORS];
            Arrays.fill(mask, (byte) -1);
        }
        p.call(SYS_sched_setaffinity, Arg.of(0), Arg.of(mask.length), p.bytes(mask))
                .about("processor affinity");
        p.call(SYS_ioprio_set, Sched.IOPRIO_WHO_PROCESS, 0, s.ioPriority()).about("input and output priority");
        // The real-time policies keep a nice value for later, which sched_setattr does not take.
        p.call(SYS_setpriority, Sched.PRIO_PROCESS, 0, s.nice()).about("nice value " + s.nice());
        p.call(SYS_sched_setattr, Arg.of(0), p.bytes(attributes(s)), Arg.of(0))
                .about("scheduling policy " + s.policy() + ", priority " + s.priority());
    }

    private static byte[] attributes(Scheduling s) {
        return ByteBuffer.allocate(ATTR_SIZE)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(ATTR_SIZE)
                .putInt(s.policy())
                .putLong(s.flags())
                .putInt(s.nice())
                .putInt(s.priority())
                .putLong(s.runtime())
                .putLong(s.deadline())
                .putLong(s.period())
                .array();
    }
}
