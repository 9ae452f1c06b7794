package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_prlimit64;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;

/** The number of descriptors that a seed may have: as many as it can get; the program's own limit comes later. */
final class DescriptorLimit {
    private static final int RLIMIT_NOFILE = 7;

    private DescriptorLimit() {}

    static void raise(ProgramBuilder p) {
        Slot limit = p.space(16); // struct rlimit64 { u64 rlim_cur, rlim_max; }
        p.call(SYS_prlimit64, Arg.of(0), Arg.of(RLIMIT_NOFILE), Arg.of(0), limit);
        p.store8(limit, Arg.contentOf(limit.plus(8)));
        p.call(SYS_prlimit64, Arg.of(0), Arg.of(RLIMIT_NOFILE), limit, Arg.of(0));
    }
}
