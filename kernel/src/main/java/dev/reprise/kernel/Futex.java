package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_futex;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_gettid;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Futexes in memory that processes share (include/uapi/linux/futex.h). */
public final class Futex {
    public static final int FUTEX_WAIT = 0;
    public static final int FUTEX_WAKE = 1;
    public static final int FUTEX_WAITERS = 0x80000000;

    private Futex() {}

    /** Wakes up to {@code count} waiters. */
    public static void wake(MemorySegment word, int count) {
        Door.call(SYS_futex, word.address(), FUTEX_WAKE, count);
    }

    /** Sleeps while the word has a value, at most so long. */
    public static void await(MemorySegment word, int value, long nanos) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment timeout = arena.allocate(16, 8);
            timeout.set(JAVA_LONG, 0, nanos / 1_000_000_000);
            timeout.set(JAVA_LONG, 8, nanos % 1_000_000_000);
            Door.call(SYS_futex, word.address(), FUTEX_WAIT, value, timeout.address());
        }
    }

    /** The calling thread's id, as a futex word wants it. */
    public static int ownTid() {
        return (int) Door.call(SYS_gettid);
    }
}
