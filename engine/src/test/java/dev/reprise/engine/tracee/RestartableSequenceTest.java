package dev.reprise.engine.tracee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.engine.program.ChildRun;
import dev.reprise.engine.program.Slot;
import dev.reprise.image.state.Registers;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.x86_64.UserRegs;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class RestartableSequenceTest {
    private static final long START = 0x401000;
    private static final long LENGTH = 0x20;
    private static final long ABORT = 0x402000;

    @Test
    void onlyAnInstructionInsideTheSectionIsMoved() throws KernelException {
        AtomicReference<Slot> area = new AtomicReference<>();
        AtomicReference<Slot> idle = new AtomicReference<>();
        try (ChildRun child = new ChildRun(p -> {
            Slot section = p.longs(0, START, LENGTH, ABORT);
            area.set(p.longs(0, 0));
            idle.set(p.longs(0, 0));
            p.store8(area.get().plus(8), section);
        })) {
            long registered = child.slot(area.get()).address();
            assertThat(left(START, registered, child)).isEqualTo(ABORT);
            assertThat(left(START + LENGTH - 1, registered, child)).isEqualTo(ABORT);
            assertThat(left(START - 1, registered, child)).isEqualTo(START - 1);
            assertThat(left(START + LENGTH, registered, child)).isEqualTo(START + LENGTH);
            assertThat(left(START, child.slot(idle.get()).address(), child)).isEqualTo(START);
            assertThat(left(START, 0, child)).isEqualTo(START);
        }
    }

    private static long left(long rip, long area, ChildRun child) throws KernelException {
        long[] registers = new long[Registers.WORDS];
        registers[UserRegs.ORIG_RAX] = -1;
        registers[UserRegs.RIP] = rip;
        return RestartableSequence.left(registers, area, child.pid())[UserRegs.RIP];
    }
}
