package dev.reprise.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class ArrayMemoryTest {
    private static final int SIZE = 8 << 20;

    @Test
    void anArrayThatIsGivenBackIsStillAnArrayOfZeros() throws Exception {
        byte[] zeros = new byte[SIZE];
        ArrayMemory.giveBack(zeros);
        assertThat(zeros).containsOnly(0);
        zeros[SIZE / 2] = 1;
        zeros[SIZE - 1] = 2;
        assertThat(zeros[SIZE / 2] + zeros[SIZE - 1]).isEqualTo(3);
    }

    @Test
    void whatHasNoWholePageIsLeft() {
        byte[] few = {1, 2, 3};
        assertThatThrownBy(() -> ArrayMemory.giveBack(few)).isInstanceOf(KernelException.class);
        assertThat(few).containsExactly(1, 2, 3);
    }

    @Test
    void newPagesAreZeroAndAligned() throws Exception {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pages = Native.pages(arena, 3 * 4096L);
            assertThat(pages.address() % 4096).isZero();
            assertThat(pages.toArray(ValueLayout.JAVA_BYTE)).hasSize(3 * 4096).containsOnly(0);
            pages.set(ValueLayout.JAVA_BYTE, 3 * 4096L - 1, (byte) 7);
        }
    }
}
