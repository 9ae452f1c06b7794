package dev.reprise.engine.program.x86_64;

import static dev.reprise.engine.program.x86_64.Reg.R10;
import static dev.reprise.engine.program.x86_64.Reg.RAX;
import static dev.reprise.engine.program.x86_64.Reg.RDI;
import static dev.reprise.engine.program.x86_64.Reg.RDX;

import dev.reprise.kernel.x86_64.UserRegs;

/**
 * Where a thread makes the call again that it was asleep in, with the time that was left, before it goes on behind its own
 * call with the argument that it had there.
 *
 * <pre>
 *   mov eax, number; syscall
 *   mov ARGUMENT, own
 *   jmp [home]
 * </pre>
 *
 * <p>The instruction before {@code syscall} tells the number to whoever finds the thread in restart_syscall.
 */
public final class SleepCode {
    /** An upper bound of its length. */
    public static final int SIZE = 64;

    private SleepCode() {}

    /** The code; {@code argument} is the register's place in user_regs_struct. */
    public static byte[] of(int number, int argument, long own, long home) {
        Assembler a = new Assembler();
        a.set4(RAX, number).syscall().loadFrom(register(argument), "own").jumpVia("home");
        a.label("own").word(own).label("home").word(home);
        return a.assemble();
    }

    private static Reg register(int argument) {
        return switch (argument) {
            case UserRegs.RDI -> RDI;
            case UserRegs.RDX -> RDX;
            case UserRegs.R10 -> R10;
            default -> throw new IllegalArgumentException("register " + argument);
        };
    }
}
