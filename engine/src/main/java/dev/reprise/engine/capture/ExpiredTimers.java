package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_nanosleep;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_sched_getaffinity;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_sched_setaffinity;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Home;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Timers whose time has come while the processor that they are on has not seen to it: for a timerfd the kernel then
 * tells what it tells of a disarmed one, no time left and no tick (fs/timerfd.c, timerfd_get_remaining).
 *
 * <p>A processor runs its expired timers in their order, those of all clocks before it returns from the interrupt: when a
 * shortest sleep of ours there is over, all that had expired before it have run.
 */
final class ExpiredTimers {
    private static final int MASK_BYTES = 1024;
    private static final String ONLINE = "/sys/devices/system/cpu/online";

    private boolean seenTo;

    /** Waits, once in a checkpoint, until every processor has seen to those that had expired when it was called. */
    void seeTo() throws KernelException {
        if (seenTo) {
            return;
        }
        seenTo = true;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment own = arena.allocate(MASK_BYTES);
            long length = Door.require(
                    Door.call(SYS_sched_getaffinity, 0, MASK_BYTES, own.address()), "sched_getaffinity", "0");
            try {
                for (String range : Proc.text(Home.ours(ONLINE)).strip().split(",")) {
                    int dash = range.indexOf('-');
                    int last = Integer.parseInt(range.substring(dash + 1));
                    for (int cpu = dash < 0 ? last : Integer.parseInt(range.substring(0, dash)); cpu <= last; cpu++) {
                        sleepOn(cpu, arena);
                    }
                }
            } finally {
                Door.call(SYS_sched_setaffinity, 0, length, own.address());
            }
        }
    }

    // Where we may not run nothing can be waited for.
    private static void sleepOn(int cpu, Arena arena) {
        MemorySegment one = arena.allocate(MASK_BYTES);
        one.set(JAVA_BYTE, cpu / Byte.SIZE, (byte) (1 << cpu % Byte.SIZE));
        if (!Door.isError(Door.call(SYS_sched_setaffinity, 0, MASK_BYTES, one.address()))) {
            MemorySegment shortest = arena.allocate(2L * Long.BYTES, Long.BYTES);
            shortest.setAtIndex(JAVA_LONG, 1, 1);
            long result;
            do {
                result = Door.call(SYS_nanosleep, shortest.address(), 0);
            } while (result == -Errno.EINTR.code());
        }
    }
}
