package dev.reprise.engine.tracee;

import dev.reprise.image.state.SignalStack;
import dev.reprise.kernel.x86_64.UserRegs;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The part of a signal frame that rt_sigreturn reads: struct ucontext at rsp, the XSAVE area behind it.
 *
 * <pre>
 *    0  uc_flags, uc_link, uc_stack {sp, flags, size}
 *   40  sigcontext: r8-r15 rdi rsi rbp rbx rdx rax rcx rsp rip eflags, cs gs fs ss, err trapno oldmask cr2, fpstate
 *  296  uc_sigmask
 *  304  (aligned to 64) XSAVE area; magic at 464, size and components after it; second magic at its end
 * </pre>
 */
public final class SignalFrame {
    private static final int UC_FP_XSTATE = 1;
    private static final int UC_SIGCONTEXT_SS = 2;
    private static final int UC_STRICT_RESTORE_SS = 4;
    private static final int SS_ONSTACK = 1;
    private static final int REGISTERS = 40;
    private static final int FPSTATE_POINTER = REGISTERS + 8 * 23;
    private static final int SIGMASK = 296;
    private static final int UCONTEXT = 304;
    private static final int FX_SW_RESERVED = 464;
    private static final int FX_SW_END = 512;
    private static final int XSTATE_BV = 512;
    private static final int HEADER_END = 576;
    private static final int MAGIC1 = 0x46505853;
    private static final int MAGIC2 = 0x46505845;
    private static final int[] SIGCONTEXT = {
        UserRegs.R8, UserRegs.R9, UserRegs.R10, UserRegs.R11, UserRegs.R12, UserRegs.R13, UserRegs.R14, UserRegs.R15,
        UserRegs.RDI, UserRegs.RSI, UserRegs.RBP, UserRegs.RBX, UserRegs.RDX, UserRegs.RAX, UserRegs.RCX, UserRegs.RSP,
        UserRegs.RIP, UserRegs.EFLAGS
    };

    private SignalFrame() {}

    /** An upper bound of a frame's bytes, wherever it is aligned to. */
    public static long size(byte[] xstate, XsaveLayout layout) {
        return UCONTEXT + 64L + layout.size(layout.frameComponents(wordAt(xstate, XSTATE_BV))) + 4;
    }

    /** The bytes to stand at {@code address}, where rsp points at the rt_sigreturn. */
    public static byte[] bytes(
            long address, long[] registers, long mask, SignalStack stack, byte[] xstate, XsaveLayout layout) {
        long components = layout.frameComponents(wordAt(xstate, XSTATE_BV));
        int area = layout.size(components);
        int fpstate = (int) (((address + UCONTEXT + 63) & -64) - address);
        ByteBuffer f = ByteBuffer.allocate(fpstate + area + 4).order(ByteOrder.LITTLE_ENDIAN);
        f.putLong(UC_FP_XSTATE | UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS).putLong(0);
        f.putLong(stack.address()).putLong(stack.flags() & ~SS_ONSTACK).putLong(stack.size());
        for (int register : SIGCONTEXT) {
            f.putLong(registers[register]);
        }
        f.putShort((short) registers[UserRegs.CS]).putShort((short) 0).putShort((short) 0);
        f.putShort((short) registers[UserRegs.SS]);
        f.putLong(FPSTATE_POINTER, address + fpstate);
        f.putLong(SIGMASK, mask);
        f.position(fpstate).put(xstate, 0, Math.min(area, xstate.length));
        for (int i = FX_SW_RESERVED; i < FX_SW_END; i++) {
            f.put(fpstate + i, (byte) 0);
        }
        f.putInt(fpstate + FX_SW_RESERVED, MAGIC1).putInt(fpstate + FX_SW_RESERVED + 4, area + 4);
        f.putLong(fpstate + FX_SW_RESERVED + 8, components).putInt(fpstate + FX_SW_RESERVED + 16, area);
        f.putLong(fpstate + XSTATE_BV, wordAt(xstate, XSTATE_BV) & components);
        for (int i = XSTATE_BV + 8; i < HEADER_END; i++) {
            f.put(fpstate + i, (byte) 0);
        }
        f.putInt(fpstate + area, MAGIC2);
        return f.array();
    }

    /** Where a register (its place in user_regs_struct) stands in a frame. */
    public static int offsetOf(int register) {
        for (int i = 0; i < SIGCONTEXT.length; i++) {
            if (SIGCONTEXT[i] == register) {
                return REGISTERS + Long.BYTES * i;
            }
        }
        throw new IllegalArgumentException("register " + register);
    }

    private static long wordAt(byte[] bytes, int at) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(at);
    }
}
