package dev.reprise.engine.tracee;

import static dev.reprise.kernel.x86_64.UserRegs.ORIG_RAX;
import static dev.reprise.kernel.x86_64.UserRegs.RAX;
import static dev.reprise.kernel.x86_64.UserRegs.RIP;
import static dev.reprise.kernel.x86_64.UserRegs.SYSCALL_INSTRUCTION;

import dev.reprise.kernel.x86_64.SyscallNumbers;

/**
 * What a freeze did to the system call a thread was in, as its registers at the event stop tell (kernel:
 * arch/x86/kernel/signal.c, arch_do_signal_or_restart).
 *
 * <p>The kernel itself restarts a call when the thread goes on untouched; whoever loads the registers elsewhere, or
 * after other work, must do it: rip back onto the syscall instruction, rax the call's number.
 */
public enum SystemCallStop {
    /** In user code, or at the end of a call with a result of its own. */
    NONE,
    /** Restarts, unless a handler without SA_RESTART runs (ERESTARTSYS). */
    RESTARTS_BY_HANDLER,
    /** Restarts always (ERESTARTNOINTR). */
    RESTARTS_ALWAYS,
    /** Restarts unless any handler runs (ERESTARTNOHAND). */
    RESTARTS_WITHOUT_HANDLER,
    /** Goes on by its restart block: restart_syscall sleeps the rest (ERESTART_RESTARTBLOCK). */
    RESTART_BLOCK;

    private static final int EINTR = -4;
    private static final int ERESTARTSYS = -512;
    private static final int ERESTARTNOINTR = -513;
    private static final int ERESTARTNOHAND = -514;
    private static final int ERESTART_RESTARTBLOCK = -516;

    /** The kind of stop that a thread's registers show. */
    public static SystemCallStop of(long[] registers) {
        if (registers[ORIG_RAX] < 0) {
            return NONE;
        }
        return switch ((int) registers[RAX]) {
            case ERESTARTSYS -> RESTARTS_BY_HANDLER;
            case ERESTARTNOINTR -> RESTARTS_ALWAYS;
            case ERESTARTNOHAND -> RESTARTS_WITHOUT_HANDLER;
            case ERESTART_RESTARTBLOCK -> RESTART_BLOCK;
            default -> NONE;
        };
    }

    /** Whether a caught signal that is pending makes the call return EINTR, whatever its SA_RESTART says. */
    boolean endsWithAnyHandler() {
        return this == RESTARTS_WITHOUT_HANDLER || this == RESTART_BLOCK;
    }

    /** A copy of the registers that is right wherever it is loaded in the SAME thread: its restart block still holds. */
    static long[] context(long[] registers) {
        long[] context = registers.clone();
        switch (of(registers)) {
            case NONE -> {}
            case RESTARTS_BY_HANDLER, RESTARTS_ALWAYS, RESTARTS_WITHOUT_HANDLER -> repeat(context, registers[ORIG_RAX]);
            case RESTART_BLOCK -> repeat(context, SyscallNumbers.SYS_restart_syscall);
        }
        context[ORIG_RAX] = -1;
        return context;
    }

    /** A copy of the registers of a thread whose call a signal with a handler has ended: the signal is still to come. */
    static long[] ended(long[] registers) {
        long[] ended = registers.clone();
        ended[RAX] = EINTR;
        ended[ORIG_RAX] = -1;
        return ended;
    }

    /**
     * Makes registers at a stop behind a call those of one that a signal with a handler ends with EINTR, and that begins again otherwise: which it
     * is, the kernel says when the thread goes on.
     */
    static void leaveToKernel(long[] registers) {
        registers[RAX] = ERESTARTNOHAND;
    }

    /** Makes registers before a restart_syscall those from which the kernel has made them, and will again when the thread goes on. */
    static void beforeRestart(long[] registers) {
        if (registers[ORIG_RAX] < 0) {
            registers[ORIG_RAX] = SyscallNumbers.SYS_restart_syscall;
        }
        registers[RAX] = ERESTART_RESTARTBLOCK;
        registers[RIP] += SYSCALL_INSTRUCTION;
    }

    /** Makes registers start a call (again): the instruction, the number, and no restart by the kernel. */
    static void repeat(long[] registers, long number) {
        registers[RAX] = number;
        registers[RIP] -= SYSCALL_INSTRUCTION;
        registers[ORIG_RAX] = -1;
    }
}
