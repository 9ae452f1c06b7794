package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_arch_prctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_prctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_set_mempolicy;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.image.state.MemoryPolicy;
import dev.reprise.image.state.TaskModes;
import dev.reprise.kernel.Prctl;

/** What hardly any task has touched: by the task itself. */
final class TaskModesRebuild {
    private TaskModesRebuild() {}

    static void add(ProgramBuilder p, TaskModes modes) {
        if (modes.timeStampFaults()) {
            p.call(SYS_prctl, Prctl.PR_SET_TSC, Prctl.PR_TSC_SIGSEGV).about("time stamp counter");
        }
        if (modes.cpuidFaults()) {
            p.call(SYS_arch_prctl, Prctl.ARCH_SET_CPUID, 0).about("CPUID");
        }
        if (modes.machineCheck() != 0) {
            p.call(SYS_prctl, Prctl.PR_MCE_KILL, Prctl.PR_MCE_KILL_SET, modes.machineCheck() - 1, 0, 0)
                    .about("machine check policy");
        }
        if (modes.ioFlusher()) {
            p.call(SYS_prctl, Prctl.PR_SET_IO_FLUSHER, 1, 0, 0, 0).about("I/O flusher");
        }
        speculation(p, 0, modes.speculation().storeBypass());
        speculation(p, 1, modes.speculation().indirectBranch());
        speculation(p, 2, modes.speculation().l1dFlush());
        MemoryPolicy policy = modes.memoryPolicy();
        if (!policy.equals(MemoryPolicy.DEFAULT)) {
            // The kernel takes one bit less than it is told (mm/mempolicy.c, get_nodes).
            int bits = policy.nodes().length() * Byte.SIZE;
            p.call(
                            SYS_set_mempolicy,
                            Arg.of(policy.mode()),
                            p.bytes(policy.nodes().toArray()),
                            Arg.of(bits))
                    .about("memory policy");
        }
    }

    private static void speculation(ProgramBuilder p, int which, int value) {
        if (value != 0) {
            p.call(SYS_prctl, Prctl.PR_SET_SPECULATION_CTRL, which, value, 0, 0).about("speculation control");
        }
    }
}
