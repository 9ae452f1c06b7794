package dev.reprise.engine.tracee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.kernel.Seccomp;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class FilterRunTest {
    private static final int LOAD = 0x20;
    private static final int EQUAL = 0x15;
    private static final int GREATER = 0x25;
    private static final int AND = 0x54;
    private static final int RETURN = 0x06;

    private static byte[] program(int[]... instructions) {
        ByteBuffer program = ByteBuffer.allocate(8 * instructions.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int[] i : instructions) {
            program.putShort((short) i[0]).put((byte) i[1]).put((byte) i[2]).putInt(i[3]);
        }
        return program.array();
    }

    private static int[] op(int code, int yes, int no, int k) {
        return new int[] {code, yes, no, k};
    }

    @Test
    void aCallIsFoundByItsNumber() {
        byte[] filter = program(
                op(LOAD, 0, 0, 0),
                op(EQUAL, 0, 1, 30),
                op(RETURN, 0, 0, Seccomp.RET_ERRNO | 1),
                op(RETURN, 0, 0, Seccomp.RET_ALLOW));
        assertThat(FilterRun.action(filter, 30)).isEqualTo(Seccomp.RET_ERRNO);
        assertThat(FilterRun.action(filter, 31)).isEqualTo(Seccomp.RET_ALLOW);
    }

    @Test
    void argumentsAndTheArchitectureAreThere() {
        byte[] filter = program(
                op(LOAD, 0, 0, 4),
                op(EQUAL, 1, 0, 0xc000003e),
                op(RETURN, 0, 0, Seccomp.RET_KILL_PROCESS),
                op(LOAD, 0, 0, 24),
                op(AND, 0, 0, 0x7f),
                op(GREATER, 0, 1, 1),
                op(RETURN, 0, 0, Seccomp.RET_TRAP),
                op(RETURN, 0, 0, Seccomp.RET_ALLOW));
        assertThat(FilterRun.action(filter, 202, 0, 0x81)).isEqualTo(Seccomp.RET_ALLOW);
        assertThat(FilterRun.action(filter, 202, 0, 0x82)).isEqualTo(Seccomp.RET_TRAP);
    }

    @Test
    void unsignedNumbersAreCompared() {
        byte[] filter = program(
                op(LOAD, 0, 0, 16),
                op(GREATER, 0, 1, 0x7fffffff),
                op(RETURN, 0, 0, Seccomp.RET_TRAP),
                op(RETURN, 0, 0, Seccomp.RET_ALLOW));
        assertThat(FilterRun.action(filter, 0, -1)).isEqualTo(Seccomp.RET_TRAP);
        assertThat(FilterRun.action(filter, 0, 1)).isEqualTo(Seccomp.RET_ALLOW);
    }
}
