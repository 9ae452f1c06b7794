package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_clock_nanosleep;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_futex;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_nanosleep;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_poll;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_restart_syscall;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.engine.model.Refusal;
import dev.reprise.engine.tracee.RestartedCall;
import dev.reprise.engine.tracee.RestartedSleeps;
import dev.reprise.engine.tracee.SystemCallStop;
import dev.reprise.engine.tracee.Tracee;
import dev.reprise.image.state.Interruption;
import dev.reprise.image.state.Registers;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.ProcessMemory;
import dev.reprise.kernel.RemoteAddress;
import dev.reprise.kernel.x86_64.UserRegs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A thread's registers for an image, and what is left of the sleep that the freeze interrupted.
 *
 * <p>In another thread the kernel's restart block is gone: a relative sleep is recorded with its rest, everything else
 * simply starts its call again.
 */
final class InterruptionCapture {
    private static final long NANOS = 1_000_000_000;
    private static final long MILLI = 1_000_000;
    private static final int FUTEX_COMMAND = 0x7f;
    private static final int FUTEX_WAIT = 0;

    /** Registers as they go into an image, and what is left to do. */
    record Interrupted(Registers registers, Interruption interruption) {}

    private final int pid;

    private final RestartedSleeps restarted;

    InterruptionCapture(int pid, RestartedSleeps restarted) {
        this.pid = pid;
        this.restarted = restarted;
    }

    /** {@code sleptNanos}: how long the thread had slept in a call with a restart block; -1 when that is unknown. */
    Interrupted take(Tracee tracee, long sleptNanos) throws KernelException, CannotCapture {
        long[] words = tracee.registers();
        SystemCallStop stop = SystemCallStop.of(words);
        if (stop == SystemCallStop.NONE) {
            words[UserRegs.ORIG_RAX] = -1;
            return new Interrupted(Registers.of(words), new Interruption.None());
        }
        int number = (int) RestartedCall.numberOf(words, pid);
        if (number == SYS_restart_syscall) {
            number = restarted.numberOf(tracee.tid(), words);
        }
        if (stop != SystemCallStop.RESTART_BLOCK) {
            return again(words, number, stop);
        }
        if (number == SYS_restart_syscall) {
            throw new CannotCapture(List.of(new Refusal(
                            "interrupted sleep",
                            tracee.toString(),
                            "nothing tells which system call it is in",
                            "try again when the call is over")
                    .thatPasses()));
        }
        return isRelativeSleep(number, words) ? sleeping(words, number, sleptNanos) : again(words, number, stop);
    }

    private static Interrupted again(long[] words, int number, SystemCallStop stop) {
        words[UserRegs.RAX] = number;
        words[UserRegs.RIP] -= UserRegs.SYSCALL_INSTRUCTION;
        words[UserRegs.ORIG_RAX] = -1;
        return new Interrupted(
                Registers.of(words),
                switch (stop) {
                    case RESTARTS_BY_HANDLER -> new Interruption.Call(true);
                    case RESTARTS_WITHOUT_HANDLER, RESTART_BLOCK -> new Interruption.Call(false);
                    case RESTARTS_ALWAYS, NONE -> new Interruption.None();
                });
    }

    // The others with a restart block have no timeout, or an absolute one: from their beginning they are right.
    private static boolean isRelativeSleep(int number, long[] words) {
        return switch (number) {
            case SYS_nanosleep, SYS_clock_nanosleep -> true;
            case SYS_poll -> (int) words[UserRegs.RDX] >= 0;
            case SYS_futex -> (words[UserRegs.RSI] & FUTEX_COMMAND) == FUTEX_WAIT && words[UserRegs.R10] != 0;
            default -> false;
        };
    }

    private Interrupted sleeping(long[] words, int number, long sleptNanos) throws KernelException {
        boolean restarted = words[UserRegs.ORIG_RAX] == SYS_restart_syscall;
        long remaining = switch (number) {
            case SYS_nanosleep -> rest(words[UserRegs.RDI], words[UserRegs.RSI], restarted, sleptNanos);
            case SYS_clock_nanosleep -> rest(words[UserRegs.RDX], words[UserRegs.R10], restarted, sleptNanos);
            case SYS_futex -> rest(words[UserRegs.R10], 0, restarted, sleptNanos);
            default -> restarted ? -1 : rest((int) words[UserRegs.RDX] * MILLI, sleptNanos);
        };
        words[UserRegs.ORIG_RAX] = number;
        return new Interrupted(Registers.of(words), new Interruption.Sleep(number, remaining));
    }

    // The kernel writes the rest of a nanosleep at every interruption, where the program asked for it.
    private long rest(long requested, long rest, boolean restarted, long sleptNanos) throws KernelException {
        if (rest != 0) {
            return timespec(rest);
        }
        return restarted ? -1 : rest(timespec(requested), sleptNanos);
    }

    private static long rest(long requestedNanos, long sleptNanos) {
        return sleptNanos < 0 ? -1 : Math.max(0, requestedNanos - sleptNanos);
    }

    private long timespec(long address) throws KernelException {
        try (Arena arena = Arena.ofConfined();
                ProcessMemory memory = new ProcessMemory(pid)) {
            MemorySegment words = arena.allocate(16, 8);
            memory.read(new RemoteAddress(address), words);
            long seconds = words.get(JAVA_LONG, 0);
            return seconds >= Long.MAX_VALUE / NANOS ? Long.MAX_VALUE : seconds * NANOS + words.get(JAVA_LONG, 8);
        }
    }
}
