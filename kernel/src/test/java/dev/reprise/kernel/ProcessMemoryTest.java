package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mmap;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mprotect;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_munmap;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Another process's memory, with ourselves as the other process. */
class ProcessMemoryTest {
    private static final long PAGE = 4096;

    private final Arena arena = Arena.ofConfined();
    private final ProcessMemory self =
            new ProcessMemory((int) ProcessHandle.current().pid());
    private MemorySegment memory = MemorySegment.NULL;

    @BeforeEach
    void threePages() throws KernelException {
        memory = Native.at(Door.require(Door.call(SYS_mmap, 0, 3 * PAGE, 3, 0x22, -1, 0), "mmap", ""), 3 * PAGE);
        for (int page = 0; page < 3; page++) {
            memory.asSlice(page * PAGE, PAGE).fill((byte) ('a' + page));
        }
    }

    @AfterEach
    void release() {
        self.close();
        arena.close();
        Door.call(SYS_munmap, memory.address(), 3 * PAGE);
    }

    private RemoteAddress page(int number) {
        return new RemoteAddress(memory.address() + number * PAGE);
    }

    @Test
    void rangesAreGatheredInTheirOrder() throws Exception {
        RemoteVector vector = new RemoteVector(arena);
        vector.add(page(2), 2);
        vector.add(page(0), 3);
        MemorySegment into = arena.allocate(5);

        self.read(vector, into);

        assertThat(new String(into.toArray(JAVA_BYTE), StandardCharsets.US_ASCII))
                .isEqualTo("ccaaa");
    }

    @Test
    void aRangeOutOfReachIsNamed() {
        Door.call(SYS_mprotect, page(1).value(), PAGE, 0);
        RemoteVector vector = new RemoteVector(arena);
        vector.add(page(0), PAGE);
        vector.add(page(1), PAGE);

        assertThatThrownBy(() -> self.read(vector, arena.allocate(2 * PAGE)))
                .isInstanceOf(KernelException.class)
                .hasMessageContaining(page(1).toString())
                .hasMessageContaining("EFAULT");
    }

    @Test
    void hiddenPagesAreReadAndWrittenAllTheSame() throws Exception {
        Door.call(SYS_mprotect, page(1).value(), PAGE, 0);
        MemorySegment data = arena.allocate(PAGE);

        self.readHidden(page(1), data);
        assertThat(data.get(JAVA_BYTE, 77)).isEqualTo((byte) 'b');

        data.fill((byte) 'x');
        self.writeHidden(page(1), data);
        Door.call(SYS_mprotect, page(1).value(), PAGE, 3);
        assertThat(memory.get(JAVA_BYTE, PAGE + 100)).isEqualTo((byte) 'x');
    }
}
