package dev.reprise.engine.rebuild;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.image.state.Machine;

/** Makes sure that the processor has what the program may have found out about it, and keeps registers in the same places. */
final class ProcessorChecks {
    private static final int XSAVE_LEAF = 0xd;
    private static final long LOW = 0xffffffffL;
    private static final int OSXSAVE_AND_HYPERVISOR = 1 << 27 | 1 << 31;
    private static final int EBX = 1;
    private static final int ECX = 2;
    private static final int EDX = 3;

    private ProcessorChecks() {}

    /** Adds: the register sets in use; with {@code features}, everything that the processor here has. */
    static void add(ProgramBuilder p, Machine machine, LocalProcessor here, boolean features) {
        Slot answer = p.space(16);
        p.cpuid(XSAVE_LEAF, 0, answer);
        requireBits(p, answer, 0, (int) machine.xcr0(), "this processor lacks register sets that the program may use");
        if (features) {
            for (LocalProcessor.Answer wanted : here.features()) {
                p.cpuid(wanted.leaf(), wanted.subleaf(), answer);
                features(p, answer, wanted);
            }
        }
        for (LocalProcessor.Answer place : here.places()) {
            if ((machine.xcr0() >>> place.subleaf() & 1) != 0) {
                p.cpuid(place.leaf(), place.subleaf(), answer);
                p.requireEqual(
                                answer,
                                p.ints(place.words().get(0), place.words().get(1)),
                                Long.BYTES)
                        .about("this processor keeps registers in other places (XSAVE)");
            }
        }
    }

    // Leaf 1 has features in ecx and edx only; in the others ebx has some, too; eax is about other things.
    private static void features(ProgramBuilder p, Slot answer, LocalProcessor.Answer wanted) {
        String text = "this processor lacks features that the program may use";
        boolean first = wanted.leaf() == 1;
        if (!first) {
            requireBits(p, answer, EBX, wanted.leaf() == 7 ? wanted.words().get(EBX) : 0, text);
        }
        int ecx = wanted.words().get(ECX);
        requireBits(p, answer, ECX, first ? ecx & ~OSXSAVE_AND_HYPERVISOR : ecx, text);
        requireBits(p, answer, EDX, wanted.words().get(EDX), text);
    }

    private static void requireBits(ProgramBuilder p, Slot answer, int word, int bits, String text) {
        if (bits != 0) {
            Arg wanted = Arg.of(bits & LOW);
            p.require(bits & LOW, p.and(p.load4(answer.plus((long) word * Integer.BYTES)), wanted))
                    .about(text);
        }
    }
}
