package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_exit_group;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.tracee.XsaveLayout;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.WaitStatus;
import java.util.ArrayList;
import java.util.List;

/**
 * What CPUID says here.
 *
 * @param xsave where the XSAVE area has its components
 * @param features the answers that programs decide by, which another processor must not lack
 * @param places where it has the extended components: what another processor must have alike
 */
record LocalProcessor(XsaveLayout xsave, List<Answer> features, List<Answer> places) {
    private static final int XSAVE_LEAF = 0xd;
    private static final int FIRST_EXTENDED = 2;
    private static final int COMPONENTS = 20;
    private static final int[][] FEATURE_LEAVES = {{1, 0}, {7, 0}, {7, 1}, {0x80000001, 0}};

    /** What one leaf says: eax, ebx, ecx, edx. */
    record Answer(int leaf, int subleaf, List<Integer> words) {
        Answer {
            words = List.copyOf(words);
        }
    }

    /** Asks it, in a child, since Java has no CPUID. */
    static LocalProcessor ask() throws KernelException {
        ProgramBuilder p = new ProgramBuilder();
        XsaveLayout.Probe xsave = new XsaveLayout.Probe(p);
        List<Question> features = new ArrayList<>();
        for (int[] leaf : FEATURE_LEAVES) {
            features.add(Question.ask(p, leaf[0], leaf[1]));
        }
        List<Question> places = new ArrayList<>();
        for (int i = FIRST_EXTENDED; i < COMPONENTS; i++) {
            places.add(Question.ask(p, XSAVE_LEAF, i));
        }
        p.attempt(SYS_exit_group, 0);
        try (LocalChild child = new LocalChild(p.build())) {
            WaitStatus.of(child.start(0, 0));
            ProgramResults results = child.results();
            return new LocalProcessor(
                    xsave.read(results),
                    features.stream().map(question -> question.read(results)).toList(),
                    places.stream().map(question -> question.read(results)).toList());
        }
    }

    private record Question(int leaf, int subleaf, Slot slot) {
        static Question ask(ProgramBuilder p, int leaf, int subleaf) {
            Slot slot = p.space(16);
            p.cpuid(leaf, subleaf, slot);
            return new Question(leaf, subleaf, slot);
        }

        Answer read(ProgramResults results) {
            List<Integer> words = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                words.add(results.slot(slot).getAtIndex(JAVA_INT, i));
            }
            return new Answer(leaf, subleaf, words);
        }
    }
}
