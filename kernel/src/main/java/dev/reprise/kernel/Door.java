package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_futex;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_futex_waitv;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pause;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_poll;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ppoll;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_wait4;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_waitid;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;

/**
 * The one door to the kernel: libc's variadic {@code syscall(2)}, used for every system call of ours.
 *
 * <p>Results follow the kernel's own convention: a {@code long}, from -4095 to -1 a negated errno. About 0.1
 * microseconds a call.
 */
public final class Door {
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final long ERRNO = STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle SYSCALL = link();
    private static final long INTERRUPTED = -4;
    // A thread's own, since two threads must not read each other's errno.
    private static final ThreadLocal<MemorySegment> CALL_STATE =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE));

    private Door() {}

    @SuppressWarnings("restricted")
    private static MethodHandle link() {
        Linker linker = Linker.nativeLinker();
        MemorySegment symbol = linker.defaultLookup().findOrThrow("syscall");
        FunctionDescriptor sevenLongs = FunctionDescriptor.of(
                JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
        return linker.downcallHandle(
                symbol, sevenLongs, Linker.Option.firstVariadicArg(1), Linker.Option.captureCallState("errno"));
    }

    /**
     * Makes one system call; never throws for an error of the kernel's. One that a signal has ended is made again, unless it
     * waits.
     */
    public static long call(int number, long a, long b, long c, long d, long e, long f) {
        if (Steps.WATCHED) {
            Steps.next(number);
        }
        long result;
        do {
            result = Faults.POSSIBLE ? Faults.call(number, a, b, c, d, e, f) : raw(number, a, b, c, d, e, f);
        } while (result == INTERRUPTED && isToBeRepeated(number));
        return result;
    }

    // The signals of a JVM are none of our callers' business; those who wait, maybe for so long, look again by
    // themselves.
    private static boolean isToBeRepeated(int number) {
        return switch (number) {
            case SYS_close, SYS_futex, SYS_futex_waitv, SYS_poll, SYS_ppoll, SYS_pause, SYS_wait4, SYS_waitid -> false;
            default -> true;
        };
    }

    static long raw(int number, long a, long b, long c, long d, long e, long f) {
        MemorySegment state = CALL_STATE.get();
        try {
            long result = (long) SYSCALL.invokeExact(state, (long) number, a, b, c, d, e, f);
            return result == -1 ? -(long) state.get(JAVA_INT, ERRNO) : result;
        } catch (Throwable impossible) {
            throw new AssertionError("the downcall itself failed", impossible);
        }
    }

    /** {@link #call(int, long, long, long, long, long, long)} without arguments. */
    public static long call(int number) {
        return call(number, 0, 0, 0, 0, 0, 0);
    }

    /** {@link #call(int, long, long, long, long, long, long)} with one argument. */
    public static long call(int number, long a) {
        return call(number, a, 0, 0, 0, 0, 0);
    }

    /** {@link #call(int, long, long, long, long, long, long)} with two arguments. */
    public static long call(int number, long a, long b) {
        return call(number, a, b, 0, 0, 0, 0);
    }

    /** {@link #call(int, long, long, long, long, long, long)} with three arguments. */
    public static long call(int number, long a, long b, long c) {
        return call(number, a, b, c, 0, 0, 0);
    }

    /** {@link #call(int, long, long, long, long, long, long)} with four arguments. */
    public static long call(int number, long a, long b, long c, long d) {
        return call(number, a, b, c, d, 0, 0);
    }

    /** {@link #call(int, long, long, long, long, long, long)} with five arguments. */
    public static long call(int number, long a, long b, long c, long d, long e) {
        return call(number, a, b, c, d, e, 0);
    }

    /** Whether a result is a negated errno. */
    public static boolean isError(long result) {
        return result < 0 && result >= -4095;
    }

    /** The result itself, or a {@link KernelException} that names the call, its arguments and the task. */
    public static long require(long result, String call, String arguments) throws KernelException {
        if (isError(result)) {
            throw new KernelException(call, arguments, Errno.of(result));
        }
        return result;
    }
}
