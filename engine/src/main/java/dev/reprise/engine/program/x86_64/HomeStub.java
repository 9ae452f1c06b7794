package dev.reprise.engine.program.x86_64;

import static dev.reprise.engine.program.x86_64.Reg.R10;
import static dev.reprise.engine.program.x86_64.Reg.R11;
import static dev.reprise.engine.program.x86_64.Reg.R12;
import static dev.reprise.engine.program.x86_64.Reg.R13;
import static dev.reprise.engine.program.x86_64.Reg.R14;
import static dev.reprise.engine.program.x86_64.Reg.R15;
import static dev.reprise.engine.program.x86_64.Reg.R8;
import static dev.reprise.engine.program.x86_64.Reg.R9;
import static dev.reprise.engine.program.x86_64.Reg.RAX;
import static dev.reprise.engine.program.x86_64.Reg.RBP;
import static dev.reprise.engine.program.x86_64.Reg.RBX;
import static dev.reprise.engine.program.x86_64.Reg.RCX;
import static dev.reprise.engine.program.x86_64.Reg.RDI;
import static dev.reprise.engine.program.x86_64.Reg.RDX;
import static dev.reprise.engine.program.x86_64.Reg.RSI;
import static dev.reprise.engine.program.x86_64.Reg.RSP;

/**
 * The machine code at the start of every control block: the way in, and the way home.
 *
 * <pre>
 * boot: cld; rsp = context.rsp; r13 = this block; rbx = [r13+PROGRAM]; jmp [INTERPRETER]
 * home: rsp = &amp;context.flags; popfq           (all signals are still blocked: nobody else uses the stack)
 *       rsp = context.rsp
 *       rt_sigprocmask(SIG_SETMASK, &amp;context.mask, 0, 8)
 *       rax .. r15 = context.registers           (mov, lea and syscall leave the flags alone)
 *       jmp [context.rip]
 * </pre>
 *
 * <p>No rt_sigreturn: it would destroy the restart block of an interrupted sleep. No vector register is touched.
 */
public final class HomeStub {
    private static final int RT_SIGPROCMASK = 14;
    private static final int SIG_SETMASK = 2;
    private static final byte[] CODE = assemble();

    private HomeStub() {}

    /** The machine code, from {@link ControlBlock#BOOT} to the context. */
    public static byte[] code() {
        return CODE.clone();
    }

    private static byte[] assemble() {
        Assembler a = new Assembler();
        a.label("block").plain(0xfc).addressOf(R13, "block").load(RSP, R13, ControlBlock.CONTEXT_RSP);
        a.load(RBX, R13, ControlBlock.PROGRAM).jump("enter").padTo(ControlBlock.HOME);
        a.addressOf(RSP, "flags").plain(0x9d).loadFrom(RSP, "rsp");
        a.set4(RAX, RT_SIGPROCMASK)
                .set4(RDI, SIG_SETMASK)
                .addressOf(RSI, "mask")
                .set4(RDX, 0)
                .set4(R10, 8);
        a.syscall();
        Reg[] registers = {RAX, RBX, RCX, RDX, RSI, RDI, RBP, R8, R9, R10, R11, R12, R13, R14, R15};
        for (int i = 0; i < registers.length; i++) {
            a.loadFrom(registers[i], "register" + i);
        }
        a.jumpVia("rip");
        a.label("enter").jumpVia("interpreter");
        a.padTo(ControlBlock.CONTEXT_RSP).label("rsp");
        a.padTo(ControlBlock.CONTEXT_MASK).label("mask");
        a.padTo(ControlBlock.CONTEXT_FLAGS).label("flags");
        a.padTo(ControlBlock.CONTEXT_RIP).label("rip");
        for (int i = 0; i < registers.length; i++) {
            a.padTo(ControlBlock.CONTEXT_REGISTERS + 8 * i).label("register" + i);
        }
        a.padTo(ControlBlock.INTERPRETER).label("interpreter");
        return java.util.Arrays.copyOf(a.assemble(), ControlBlock.CONTEXT_RSP);
    }
}
