package dev.reprise.engine.tracee;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_process_vm_readv;
import static dev.reprise.kernel.x86_64.UserRegs.ORIG_RAX;
import static dev.reprise.kernel.x86_64.UserRegs.RIP;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

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
final class RestartableSequence {
    private static final int CRITICAL_SECTION = 8;
    private static final int START = 8;
    private static final int LENGTH = 16;
    private static final int ABORT = 24;
    private static final int SECTION_SIZE = 32;

    private RestartableSequence() {}

    /**
     * A copy of the registers to go on with, at the abort handler if they stand in a critical section.
     *
     * @param area the address that the thread has registered; 0 for none
     */
    static long[] left(long[] registers, long area, int tid) throws KernelException {
        long[] left = registers.clone();
        if (area == 0 || registers[ORIG_RAX] >= 0) {
            return left; // no system call is allowed in a section
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(SECTION_SIZE, 8);
            read(tid, area + CRITICAL_SECTION, buffer.asSlice(0, 8));
            long section = buffer.get(JAVA_LONG, 0);
            if (section != 0) {
                read(tid, section, buffer);
                if (Long.compareUnsigned(registers[RIP] - buffer.get(JAVA_LONG, START), buffer.get(JAVA_LONG, LENGTH))
                        < 0) {
                    left[RIP] = buffer.get(JAVA_LONG, ABORT);
                }
            }
        }
        return left;
    }

    private static void read(int tid, long address, MemorySegment into) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment vectors = arena.allocate(32, 8);
            vectors.set(JAVA_LONG, 0, into.address());
            vectors.set(JAVA_LONG, 8, into.byteSize());
            vectors.set(JAVA_LONG, 16, address);
            vectors.set(JAVA_LONG, 24, into.byteSize());
            Door.require(
                    Door.call(SYS_process_vm_readv, tid, vectors.address(), 1, vectors.address() + 16, 1, 0),
                    "process_vm_readv",
                    "rseq of task " + tid);
        }
    }
}
