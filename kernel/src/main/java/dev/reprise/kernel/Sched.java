package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_getpriority;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioprio_get;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_sched_getaffinity;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_sched_getattr;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Constants of include/uapi/linux/sched.h and sched/types.h, and what they say of a task. */
public final class Sched {
    public static final int SCHED_OTHER = 0;
    public static final int SCHED_FIFO = 1;
    public static final int SCHED_RR = 2;
    public static final int SCHED_BATCH = 3;
    public static final int SCHED_IDLE = 5;
    public static final int SCHED_DEADLINE = 6;
    public static final long SCHED_FLAG_RESET_ON_FORK = 1;

    public static final int CLONE_NEWTIME = 0x80;
    public static final int IOPRIO_WHO_PROCESS = 1;
    public static final int PRIO_PROCESS = 0;

    /** SCHED_ATTR_SIZE_VER1: with the utilization clamps. */
    public static final int ATTR_SIZE = 56;

    private static final int NICE_OFFSET = 20;
    private static final int MASK_SIZE = 1024;

    private Sched() {}

    /**
     * What sched_getattr(2) says.
     *
     * <pre>
     * struct sched_attr: u32 size, policy; u64 flags; s32 nice; u32 priority; u64 runtime, deadline, period;
     * u32 util_min, util_max
     * </pre>
     */
    public record Attributes(
            int policy, long flags, int priority, long runtime, long deadline, long period, int utilMin, int utilMax) {
        /** Whether its policy is one of the fair ones, where nice counts and runtime is a slice. */
        public boolean isFair() {
            return policy == SCHED_OTHER || policy == SCHED_BATCH || policy == SCHED_IDLE;
        }
    }

    /** A task's attributes; 0 is the caller. */
    public static Attributes attributes(int tid) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment a = arena.allocate(ATTR_SIZE, 8);
            require(Door.call(SYS_sched_getattr, tid, a.address(), ATTR_SIZE, 0), "sched_getattr", tid);
            return new Attributes(
                    a.get(JAVA_INT, 4),
                    a.get(JAVA_LONG, 8),
                    a.get(JAVA_INT, 20),
                    a.get(JAVA_LONG, 24),
                    a.get(JAVA_LONG, 32),
                    a.get(JAVA_LONG, 40),
                    a.get(JAVA_INT, 48),
                    a.get(JAVA_INT, 52));
        }
    }

    /** A task's nice value, which sched_getattr hides for the real-time policies. */
    public static int nice(int tid) throws KernelException {
        long raw = require(Door.call(SYS_getpriority, PRIO_PROCESS, tid), "getpriority", tid);
        return Math.toIntExact(NICE_OFFSET - raw);
    }

    /** The mask of processors that a task may use. */
    public static byte[] affinity(int tid) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(MASK_SIZE, 8);
            long length =
                    require(Door.call(SYS_sched_getaffinity, tid, MASK_SIZE, mask.address()), "sched_getaffinity", tid);
            return Native.copy(mask, length);
        }
    }

    /** A task's priority for input and output, class and level as ioprio_set(2) wants them. */
    public static int ioPriority(int tid) throws KernelException {
        return Math.toIntExact(require(Door.call(SYS_ioprio_get, IOPRIO_WHO_PROCESS, tid), "ioprio_get", tid));
    }

    private static long require(long result, String call, int tid) throws KernelException {
        if (result == -Errno.ESRCH.code()) {
            throw new TaskDiedException(call, tid);
        }
        return Door.require(result, call, "task " + tid);
    }
}
