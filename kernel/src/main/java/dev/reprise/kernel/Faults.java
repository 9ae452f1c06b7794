package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_process_vm_readv;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_process_vm_writev;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A test switch at the door: single system calls of ours fail, or move only half of their bytes, as a {@link Plan} says.
 *
 * <p>Off (and folded away by the compiler) unless the system property {@code reprise.faults} is there: {@code on} lets a
 * test in the same JVM give a plan, {@code N:ERRNO} makes call N fail with an error of that number.
 */
public final class Faults {
    private static final String ASKED = System.getProperty("reprise.faults", "");
    /** Whether there can be a plan at all. */
    public static final boolean POSSIBLE = !ASKED.isEmpty();

    /** What a plan answers: the call is made. */
    public static final long NONE = 0;
    /** What a plan answers: the call is made with half of the bytes, where there is more than one. */
    public static final long HALF = 1;

    private static volatile Plan plan = POSSIBLE && !ASKED.equals("on") ? asked() : (_, _) -> NONE;

    private Faults() {}

    /** Says what becomes of calls, on whichever thread makes them. */
    @FunctionalInterface
    public interface Plan {
        /**
         * The fate of the next call.
         *
         * @param number the system call
         * @param isRemote whether it stands in a program that another process is about to run
         * @return {@link #NONE}, {@link #HALF} (of our own calls only), or a negated errno
         */
        long fate(int number, boolean isRemote);
    }

    /** From now on calls have the fate that {@code next} says. */
    public static void follow(Plan next) {
        plan = next;
    }

    /** From now on all calls are made. */
    public static void end() {
        plan = (_, _) -> NONE;
    }

    /** The error that a call in a program for another process is to fail with, negated, or {@link #NONE}. */
    public static long ofRemote(int number) {
        return plan.fate(number, true);
    }

    static long call(int number, long a, long b, long c, long d, long e, long f) {
        long fate = plan.fate(number, false);
        if (fate == HALF) {
            return half(number, a, b, c, d, e, f);
        }
        if (fate == NONE) {
            return Door.raw(number, a, b, c, d, e, f);
        }
        if (number == SYS_close) {
            Door.raw(number, a, b, c, d, e, f); // a descriptor is gone whatever close says (man 2 close)
        }
        return fate;
    }

    private static long half(int number, long a, long b, long c, long d, long e, long f) {
        if (number != SYS_process_vm_readv && number != SYS_process_vm_writev) {
            return Door.raw(number, a, b, c > 1 ? c / 2 : c, d, e, f);
        }
        // struct iovec: address, length
        MemorySegment length = Native.at(b + Long.BYTES, Long.BYTES);
        long whole = length.get(JAVA_LONG, 0);
        length.set(JAVA_LONG, 0, whole > 1 ? whole / 2 : whole);
        try {
            return Door.raw(number, a, b, c, d, e, f);
        } finally {
            length.set(JAVA_LONG, 0, whole);
        }
    }

    private static Plan asked() {
        String[] parts = ASKED.split(":", 2);
        int fatal = Integer.parseInt(parts[0]);
        long error = -Long.parseLong(parts[1]);
        AtomicInteger made = new AtomicInteger();
        return (_, isRemote) -> !isRemote && made.incrementAndGet() == fatal ? error : NONE;
    }
}
