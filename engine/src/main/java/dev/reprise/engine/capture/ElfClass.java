package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pread64;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.reprise.kernel.Door;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.KernelException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The width of an ELF file's program, by the fifth byte of its header. */
enum ElfClass {
    BITS_32,
    BITS_64;

    private static final int EI_CLASS = 4;
    private static final int ELFCLASS32 = 1;

    static ElfClass of(String path) throws KernelException {
        try (Arena arena = Arena.ofConfined();
                Fd file = Fd.open(path, Fcntl.O_RDONLY, 0)) {
            MemorySegment head = arena.allocate(EI_CLASS + 1);
            Door.require(Door.call(SYS_pread64, file.number(), head.address(), head.byteSize(), 0), "read", path);
            return head.get(JAVA_BYTE, EI_CLASS) == ELFCLASS32 ? BITS_32 : BITS_64;
        }
    }
}
