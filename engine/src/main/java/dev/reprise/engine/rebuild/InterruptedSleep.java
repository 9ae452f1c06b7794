package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_clock_nanosleep;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_futex;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_nanosleep;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_poll;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.engine.program.x86_64.ControlBlock;
import dev.reprise.engine.tracee.Control;
import dev.reprise.image.state.Interruption;
import dev.reprise.kernel.x86_64.UserRegs;
import java.lang.foreign.MemorySegment;

/**
 * A sleep that goes on where it was: the call is made again with the time that was left and interrupted at once, so that
 * the kernel fills in the task's restart block; then the program's registers are loaded as they were, rax -516 and
 * orig_rax the call, and the kernel itself sleeps the rest by restart_syscall.
 */
final class InterruptedSleep {
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

    /** The call's registers with the time that was left, which a struct timespec in the control block holds. */
    long[] call(Control control) {
        MemorySegment time = control.scratch();
        time.set(JAVA_LONG, 0, sleep.remainingNanos() / NANOS);
        time.set(JAVA_LONG, 8, sleep.remainingNanos() % NANOS);
        long address = control.address() + ControlBlock.SCRATCH;
        long[] call = own.clone();
        switch (sleep.number()) {
            case SYS_nanosleep -> call[UserRegs.RDI] = address;
            case SYS_clock_nanosleep -> call[UserRegs.RDX] = address;
            case SYS_futex -> call[UserRegs.R10] = address;
            case SYS_poll -> call[UserRegs.RDX] = (sleep.remainingNanos() + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI;
            default -> throw new IllegalStateException("not a sleep: " + sleep.number());
        }
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
