package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_clock_gettime;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Constants of include/uapi/linux/time.h and asm-generic/siginfo.h that are about clocks and timers. */
public final class Clock {
    public static final int CLOCK_REALTIME = 0;
    public static final int CLOCK_MONOTONIC = 1;
    public static final int CLOCK_PROCESS_CPUTIME_ID = 2;
    public static final int CLOCK_THREAD_CPUTIME_ID = 3;
    public static final int CLOCK_BOOTTIME = 7;

    public static final int SIGEV_SIGNAL = 0;
    public static final int SIGEV_NONE = 1;
    public static final int SIGEV_THREAD = 2;
    public static final int SIGEV_THREAD_ID = 4;
    /** The size of sigevent_t: u64 value; s32 signo, notify; s32 tid; padding. */
    public static final int SIGEVENT_SIZE = 64;

    public static final long NANOS = 1_000_000_000L;
    public static final long MICROS = 1_000_000L;

    private Clock() {}

    /** What a clock says, as our own time namespace shows it. */
    public static long nanos(int clock) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment time = arena.allocate(16, 8);
            Door.require(Door.call(SYS_clock_gettime, clock, time.address()), "clock_gettime", "clock " + clock);
            return time.get(JAVA_LONG, 0) * NANOS + time.get(JAVA_LONG, 8);
        }
    }
}
