package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pipe2;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pread64;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_vmsplice;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.kernel.Btf.UnknownLayoutException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Where the kernel has mapped all memory, and where it describes each page (struct page): both places are random in each life of the kernel. They are
 * found by a page of ours, whose number (/proc/self/pagemap), contents and description (in a pipe, by vmsplice(2)) are known.
 */
final class PhysicalMemory {
    private static final int PAGE = 4096;
    private static final int DESCRIPTION = 64; // sizeof(struct page)
    /** Both begin at such a place (arch/x86/mm/kaslr.c). */
    private static final long ALIGNMENT = 1L << 30;

    private static final int MOST_ALIGNMENTS = 1 << 14;
    private static final long FRAME = (1L << 55) - 1;
    private static final int MARK = 64;

    private final long mapping;
    private final long descriptions;

    private PhysicalMemory(long mapping, long descriptions) {
        this.mapping = mapping;
        this.descriptions = descriptions;
    }

    /** The address of a page by that of its description. */
    long page(long description) {
        return mapping + (description - descriptions) / DESCRIPTION * PAGE;
    }

    /** {@code mapped}: an address within the mapping of all memory. */
    static PhysicalMemory find(KernelMemory memory, long mapped) throws KernelException, UnknownLayoutException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ours = arena.allocate(PAGE, PAGE);
            byte[] mark = Randomness.bytes(MARK);
            MemorySegment.copy(mark, 0, ours, JAVA_BYTE, 0, MARK);
            long page = ours.address();
            long frame = frame(arena, page);
            return new PhysicalMemory(
                    mapping(memory, mapped, frame, mark), description(memory, arena, page) - frame * DESCRIPTION);
        }
    }

    private static long mapping(KernelMemory memory, long mapped, long frame, byte[] mark)
            throws KernelException, UnknownLayoutException {
        long candidate = mapped & -ALIGNMENT;
        for (int i = 0; i < MOST_ALIGNMENTS; i++) {
            if (Arrays.equals(memory.peek(candidate + frame * PAGE, MARK), mark)) {
                return candidate;
            }
            candidate -= ALIGNMENT;
        }
        throw new UnknownLayoutException("the mapping of all memory");
    }

    private static long frame(Arena arena, long page) throws KernelException, UnknownLayoutException {
        MemorySegment word = arena.allocate(JAVA_LONG);
        try (Fd pagemap = Fd.open("/proc/self/pagemap", Fcntl.O_RDONLY, 0)) {
            long at = page / PAGE * Long.BYTES;
            Door.require(Door.call(SYS_pread64, pagemap.number(), word.address(), Long.BYTES, at), "pread", "pagemap");
        }
        long frame = word.get(JAVA_LONG, 0) & FRAME;
        if (frame == 0) {
            throw new UnknownLayoutException("page frames, which take CAP_SYS_ADMIN");
        }
        return frame;
    }

    private static long description(KernelMemory memory, Arena arena, long page)
            throws KernelException, UnknownLayoutException {
        MemorySegment numbers = arena.allocate(8, 4);
        Door.require(Door.call(SYS_pipe2, numbers.address(), Fcntl.O_CLOEXEC), "pipe2", "");
        try (Fd reader = new Fd(numbers.get(JAVA_INT, 0));
                Fd writer = new Fd(numbers.get(JAVA_INT, 4))) {
            MemorySegment vector = arena.allocate(16, 8);
            vector.set(JAVA_LONG, 0, page);
            vector.set(JAVA_LONG, 8, 1);
            Door.require(Door.call(SYS_vmsplice, writer.number(), vector.address(), 1, 0), "vmsplice", "");
            long pipe = memory.field(memory.file(reader), "file", "private_data");
            return memory.field(memory.field(pipe, "pipe_inode_info", "bufs"), "pipe_buffer", "page");
        }
    }
}
