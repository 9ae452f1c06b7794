package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_clock_nanosleep;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_futex;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_nanosleep;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_poll;

import dev.reprise.image.state.Interruption;
import dev.reprise.kernel.x86_64.UserRegs;

/**
 * A sleep that goes on where it was: the call is made again with the time that was left and interrupted at once, so that
 * the kernel fills in the task's restart block; then the program's registers are loaded as they were, rax -516 and
 * orig_rax the call, and the kernel itself sleeps the rest by restart_syscall.
 */
final class InterruptedSleep {
    private static final int ERESTARTSYS = -512;
    private static final int ERESTARTNOHAND = -514;
    private static final int ERESTART_RESTARTBLOCK = -516;
    private static final long NANOS = 1_000_000_000;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final int FUTEX_COMMAND = 0x7f;
    private static final int FUTEX_WAIT = 0;

    private final long[] own;
    private final Interruption.Sleep sleep;

    /** {@code own}: the program's registers. */
    InterruptedSleep(long[] own, Interruption.Sleep sleep) {
        this.own = own;
        this.sleep = sleep;
    }

    /** Whether the time left is known and an argument that can be replaced. */
    boolean hasRest() {
        return sleep.remainingNanos() >= 0
                && switch (sleep.number()) {
                    case SYS_nanosleep, SYS_clock_nanosleep, SYS_poll -> true;
                    // FUTEX_WAIT_BITSET has an absolute time, which holds without us
                    case SYS_futex -> (own[UserRegs.RSI] & FUTEX_COMMAND) == FUTEX_WAIT;
                    default -> false;
                };
    }

    /** The call with its own arguments, from its beginning. */
    long[] anew() {
        long[] again = own.clone();
        again[UserRegs.RAX] = sleep.number();
        again[UserRegs.ORIG_RAX] = -1;
        again[UserRegs.RIP] -= UserRegs.SYSCALL_INSTRUCTION;
        return again;
    }

    /**
     * Registers that begin a call, as they are when the kernel itself decides, as soon as the task goes on, whether it does or a handler ends it: a signal
     * may be pending.
     */
    static long[] undecided(long[] begins, boolean restartable) {
        long[] registers = begins.clone();
        registers[UserRegs.ORIG_RAX] = begins[UserRegs.RAX];
        registers[UserRegs.RAX] = restartable ? ERESTARTSYS : ERESTARTNOHAND;
        registers[UserRegs.RIP] += UserRegs.SYSCALL_INSTRUCTION;
        return registers;
    }

    /** The time that was left as a struct timespec. */
    long[] timespec() {
        return new long[] {sleep.remainingNanos() / NANOS, sleep.remainingNanos() % NANOS};
    }

    /** The register with the argument that is replaced. */
    int argument() {
        return switch (sleep.number()) {
            case SYS_nanosleep -> UserRegs.RDI;
            case SYS_clock_nanosleep, SYS_poll -> UserRegs.RDX;
            case SYS_futex -> UserRegs.R10;
            default -> throw new IllegalStateException("not a sleep: " + sleep.number());
        };
    }

    /** The call's registers with the time that was left; {@code address} is where {@link #timespec} stands. */
    long[] call(long address) {
        long[] call = own.clone();
        call[argument()] =
                sleep.number() == SYS_poll ? (sleep.remainingNanos() + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI : address;
        return call;
    }

    /** The program's registers when the call that was made again has returned {@code result}. */
    long[] entered(long result) {
        long[] registers = own.clone();
        if (result != ERESTART_RESTARTBLOCK) {
            // It had something to tell at once: a descriptor that is ready, a futex that has changed.
            registers[UserRegs.RAX] = result;
            registers[UserRegs.ORIG_RAX] = -1;
            return registers;
        }
        registers[UserRegs.RAX] = ERESTART_RESTARTBLOCK;
        registers[UserRegs.ORIG_RAX] = sleep.number();
        return registers;
    }
}
