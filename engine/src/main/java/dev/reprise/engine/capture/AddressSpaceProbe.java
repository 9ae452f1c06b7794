package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_brk;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_prctl;

import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Step;
import dev.reprise.kernel.PrctlMemory;

/** What only a process itself can ask about its address space. */
final class AddressSpaceProbe {
    private final Step brk;
    private final Step dumpable;
    private final Step thpDisabled;

    /** The answers; {@code thpDisabled} is PR_GET_THP_DISABLE's own number. */
    record Found(long brk, int dumpable, int thpDisabled) {}

    AddressSpaceProbe(ProgramBuilder p) {
        brk = p.attempt(SYS_brk, 0);
        dumpable = p.attempt(SYS_prctl, PrctlMemory.PR_GET_DUMPABLE);
        thpDisabled = p.attempt(SYS_prctl, PrctlMemory.PR_GET_THP_DISABLE, 0, 0, 0, 0);
    }

    Found read(ProgramResults results) {
        return new Found(
                results.result(brk), (int) results.result(dumpable), (int) Math.max(0, results.result(thpDisabled)));
    }
}
