package dev.reprise.engine.tracee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.engine.program.ChildRun;
import dev.reprise.engine.program.Slot;
import dev.reprise.image.state.Registers;
import dev.reprise.image.state.RseqArea;
import dev.reprise.kernel.KernelException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class RestartableSequenceTest {
    private static final int ORIG_RAX = 15;
    private static final int RIP = 16;
    private static final long START = 0x401000;
    private static final long LENGTH = 0x20;
    private static final long ABORT = 0x402000;

    @Test
    void onlyAnInstructionInsideTheSectionIsMoved() {
        assertThat(RestartableSequence.left(at(START), START, LENGTH, ABORT)).isEqualTo(at(ABORT));
        assertThat(RestartableSequence.left(at(START + LENGTH - 1), START, LENGTH, ABORT))
                .isEqualTo(at(ABORT));
        assertThat(RestartableSequence.left(at(START - 1), START, LENGTH, ABORT))
                .isEqualTo(at(START - 1));
        assertThat(RestartableSequence.left(at(START + LENGTH), START, LENGTH, ABORT))
                .isEqualTo(at(START + LENGTH));
    }

    @Test
    void theSectionIsReadFromTheTasksOwnMemory() throws KernelException {
        AtomicReference<Slot> area = new AtomicReference<>();
        AtomicReference<Slot> idle = new AtomicReference<>();
        try (ChildRun child = new ChildRun(p -> {
            Slot section = p.longs(0, START, LENGTH, ABORT);
            area.set(p.longs(0, 0));
            idle.set(p.longs(0, 0));
            p.store8(area.get().plus(8), section);
        })) {
            RseqArea registered = new RseqArea(child.slot(area.get()).address(), 32, 0, 0);
            assertThat(RestartableSequence.left(at(START + 4), registered, child.pid()))
                    .isEqualTo(at(ABORT));
            RseqArea unused = new RseqArea(child.slot(idle.get()).address(), 32, 0, 0);
            assertThat(RestartableSequence.left(at(START + 4), unused, child.pid()))
                    .isEqualTo(at(START + 4));
            assertThat(RestartableSequence.left(at(START + 4), RseqArea.NONE, child.pid()))
                    .isEqualTo(at(START + 4));
        }
    }

    private static Registers at(long rip) {
        long[] words = new long[Registers.WORDS];
        words[ORIG_RAX] = -1;
        words[RIP] = rip;
        return Registers.of(words);
    }
}
