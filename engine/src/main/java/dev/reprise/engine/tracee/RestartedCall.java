package dev.reprise.engine.tracee;

import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.x86_64.SyscallNumbers;
import dev.reprise.kernel.x86_64.UserRegs;

/**
 * The number of the call behind a restart_syscall.
 *
 * <p>A thread that is stopped right on the way there stands before a syscall instruction with that number in rax. It is taken as it was a
 * moment before: an image with a call of restart_syscall would return EINTR, since another thread has nothing to go on with.
 *
 * <p>From its second interruption on a sleep shows orig_rax = 219; then only the code before the syscall instruction
 * tells which call it is.
 */
public final class RestartedCall {
    private static final int MOV_EAX = 0xb8;
    private static final int LOOK_BACK = 7;

    private static final int SYSCALL = 0x050f;

    private RestartedCall() {}

    /** Whether a thread stands where the kernel has put it to go on with a sleep: before restart_syscall. */
    static boolean isNext(long[] registers, int pid) throws KernelException {
        if (registers[UserRegs.RAX] != SyscallNumbers.SYS_restart_syscall) {
            return false;
        }
        try {
            byte[] code = Gadget.read(pid, registers[UserRegs.RIP], UserRegs.SYSCALL_INSTRUCTION);
            return ((code[0] & 0xff) | (code[1] & 0xff) << 8) == SYSCALL;
        } catch (KernelException unreadable) {
            unreadable.requireAnswer();
            return false;
        }
    }

    /** The number of the interrupted call; of restart_syscall itself when the code does not tell. */
    public static long numberOf(long[] registers, int pid) throws KernelException {
        if (registers[UserRegs.ORIG_RAX] != SyscallNumbers.SYS_restart_syscall) {
            return registers[UserRegs.ORIG_RAX];
        }
        byte[] code = Gadget.read(pid, registers[UserRegs.RIP] - LOOK_BACK, LOOK_BACK);
        boolean immediate = (code[0] & 0xff) == MOV_EAX && code[3] == 0 && code[4] == 0;
        return immediate ? (code[1] & 0xff) | (code[2] & 0xff) << 8 : SyscallNumbers.SYS_restart_syscall;
    }
}
