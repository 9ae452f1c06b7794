package dev.reprise.engine.tracee;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_sched_getaffinity;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_sched_setaffinity;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_sched_yield;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.reprise.kernel.Door;
import dev.reprise.kernel.Futex;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The scheduler's clock of each processor against our own: they differ by the time that interrupts and the hypervisor
 * have taken from each (kernel/sched/core.c, update_rq_clock_task).
 *
 * <p>Read off ourselves, on that processor; what is read is rather too early, so that a sleep comes out rather too long.
 */
final class ProcessorClocks {
    private static final int MASK_BYTES = 1024;

    private final int pid = Proc.ownPid();
    private final int tid = Futex.ownTid();
    /** How exactly the clocks of {@link #areAlike} are known to be the same. */
    static final long PRECISION_NANOS = 20_000_000;

    private final Map<Integer, Long> offsets = new HashMap<>();
    private final Set<Integer> alike = new HashSet<>();

    /** What the clock of a processor shows now; -1 when we cannot run there. */
    long now(int processor) {
        Long offset = offsets.get(processor);
        if (offset == null) {
            offset = offset(processor);
            offsets.put(processor, offset);
        }
        return offset == Long.MIN_VALUE ? -1 : System.nanoTime() + offset;
    }

    /**
     * Whether the clock of a processor by which load is averaged (rq_clock_pelt, se.avg.last_update_time) has always been the
     * same for those in our control groups. It falls behind for good when a group is throttled or idle time is lost; where
     * the frequency counts (arch_scale_freq_tick) it comes and goes.
     */
    boolean areAlike(int processor) {
        return now(processor) >= 0 && alike.contains(processor) && !countsFrequency();
    }

    private static boolean countsFrequency() {
        try {
            return Proc.text("/proc/cpuinfo").contains(" aperfmperf");
        } catch (KernelException unknown) {
            return true;
        }
    }

    private long offset(int processor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment own = arena.allocate(MASK_BYTES);
            MemorySegment one = arena.allocate(MASK_BYTES);
            one.set(JAVA_BYTE, processor / Byte.SIZE, (byte) (1 << processor % Byte.SIZE));
            long length = Door.call(SYS_sched_getaffinity, 0, MASK_BYTES, own.address());
            if (length <= 0 || Door.isError(Door.call(SYS_sched_setaffinity, 0, MASK_BYTES, one.address()))) {
                return Long.MIN_VALUE;
            }
            Door.call(SYS_sched_yield);
            SleepClock here = SleepClock.of(pid, tid);
            long now = System.nanoTime();
            Door.call(SYS_sched_setaffinity, 0, length, own.address());
            if (Math.abs(here.lastRanNanos() - here.lastMovedNanos()) < PRECISION_NANOS) {
                alike.add(processor);
            }
            return here.lastRanNanos() <= 0 || here.processor() != processor
                    ? Long.MIN_VALUE
                    : here.lastRanNanos() - now;
        }
    }
}
