package dev.reprise.engine.tracee;

import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.x86_64.SyscallNumbers;
import dev.reprise.kernel.x86_64.UserRegs;

/**
 * The number of the call behind a restart_syscall.
 *
 * <p>From its second interruption on a sleep shows orig_rax = 219; then only the code before the syscall instruction
 * tells which call it is.
 */
public final class RestartedCall {
    private static final int MOV_EAX = 0xb8;
    private static final int LOOK_BACK = 7;

    private RestartedCall() {}

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
