package dev.reprise.engine.tracee;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_process_vm_readv;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.image.state.Registers;
import dev.reprise.image.state.RseqArea;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.KernelException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The rule for a thread that was frozen inside a critical section of rseq(2): it goes on at the section's abort handler,
 * where the kernel itself would send it after a preemption.
 *
 * <p>It holds for the image and for the surviving thread alike: once its instruction pointer was elsewhere, the kernel
 * takes the section for left and does nothing any more (kernel/rseq.c).
 *
 * <pre>
 * struct rseq:     u32 cpu_id_start, cpu_id; u64 rseq_cs
 * struct rseq_cs:  u32 version, flags; u64 start_ip, post_commit_offset, abort_ip
 * </pre>
 */
public final class RestartableSequence {
    private static final int CRITICAL_SECTION = 8;
    private static final int START = 8;
    private static final int LENGTH = 16;
    private static final int ABORT = 24;
    private static final int SECTION_SIZE = 32;
    private static final int RIP = 16;

    private RestartableSequence() {}

    /** The registers to go on with, at the abort handler if they stand in a critical section. */
    public static Registers left(Registers registers, RseqArea area, int pid) throws KernelException {
        if (area.address() == 0 || registers.origRax() >= 0) {
            return registers; // no system call is allowed in a section
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(SECTION_SIZE, 8);
            read(pid, area.address() + CRITICAL_SECTION, buffer.asSlice(0, 8));
            long section = buffer.get(JAVA_LONG, 0);
            if (section == 0) {
                return registers;
            }
            read(pid, section, buffer);
            return left(
                    registers,
                    buffer.get(JAVA_LONG, START),
                    buffer.get(JAVA_LONG, LENGTH),
                    buffer.get(JAVA_LONG, ABORT));
        }
    }

    static Registers left(Registers registers, long start, long length, long abort) {
        if (Long.compareUnsigned(registers.rip() - start, length) >= 0) {
            return registers;
        }
        long[] words = registers.words();
        words[RIP] = abort;
        return Registers.of(words);
    }

    private static void read(int pid, long address, MemorySegment into) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment vectors = arena.allocate(32, 8);
            vectors.set(JAVA_LONG, 0, into.address());
            vectors.set(JAVA_LONG, 8, into.byteSize());
            vectors.set(JAVA_LONG, 16, address);
            vectors.set(JAVA_LONG, 24, into.byteSize());
            Door.require(
                    Door.call(SYS_process_vm_readv, pid, vectors.address(), 1, vectors.address() + 16, 1, 0),
                    "process_vm_readv",
                    "rseq of task " + pid);
        }
    }
}
