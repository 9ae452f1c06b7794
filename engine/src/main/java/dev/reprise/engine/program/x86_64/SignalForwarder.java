package dev.reprise.engine.program.x86_64;

import static dev.reprise.engine.program.x86_64.Reg.RAX;
import static dev.reprise.engine.program.x86_64.Reg.RDI;
import static dev.reprise.engine.program.x86_64.Reg.RSI;

/**
 * A signal handler that sends each signal on to one process, and does nothing else: it runs in any thread of ours, at
 * any instruction.
 *
 * <pre>
 * handler:  kill([target], signal); ret
 * restorer: rt_sigreturn
 * target:   the process
 * </pre>
 */
public final class SignalForwarder {
    private static final int KILL = 62;
    private static final int RT_SIGRETURN = 15;
    // aligned, so that it changes at once
    private static final int TARGET_OFFSET = 64;
    private static final Assembler ASSEMBLER = new Assembler();
    private static final byte[] CODE = assemble(ASSEMBLER);

    /** The offset of the handler. */
    public static final int HANDLER = ASSEMBLER.offsetOf("handler");
    /** The offset of what the kernel returns to from it (SA_RESTORER). */
    public static final int RESTORER = ASSEMBLER.offsetOf("restorer");
    /** The offset of the target's pid, eight bytes. */
    public static final int TARGET = ASSEMBLER.offsetOf("target");

    private SignalForwarder() {}

    /** The machine code. */
    public static byte[] code() {
        return CODE.clone();
    }

    private static byte[] assemble(Assembler a) {
        a.label("handler")
                .move(RSI, RDI)
                .loadFrom(RDI, "target")
                .set4(RAX, KILL)
                .syscall()
                .plain(0xc3);
        a.label("restorer").set4(RAX, RT_SIGRETURN).syscall();
        a.padTo(TARGET_OFFSET).label("target").plain(0, 0, 0, 0, 0, 0, 0, 0);
        return a.assemble();
    }
}
