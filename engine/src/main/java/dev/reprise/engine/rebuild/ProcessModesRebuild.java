package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_membarrier;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_prctl;

import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.image.state.ProcessModes;
import dev.reprise.kernel.Prctl;

/** What hardly any process has touched. */
final class ProcessModesRebuild {
    private ProcessModesRebuild() {}

    /** First of all: with one thread a registration needs no grace period (kernel/sched/membarrier.c). */
    static void begin(ProgramBuilder p, ProcessModes modes) {
        for (int bits = modes.membarriers(); bits != 0; bits &= bits - 1) {
            p.call(SYS_membarrier, Integer.toUnsignedLong(Integer.lowestOneBit(bits)), 0, 0)
                    .about("membarrier registration");
        }
        if (modes.memoryMerge()) {
            // It only saves memory, and takes CAP_SYS_RESOURCE.
            p.attempt(SYS_prctl, Prctl.PR_SET_MEMORY_MERGE, 1, 0, 0, 0);
        }
    }

    /** Last of all: it forbids what a restore does. */
    static void finish(ProgramBuilder p, ProcessModes modes) {
        if (modes.denyWriteExecute() != 0) {
            p.call(SYS_prctl, Prctl.PR_SET_MDWE, modes.denyWriteExecute(), 0, 0, 0)
                    .about("write-xor-execute");
        }
    }
}
