package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_execve;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rt_sigprocmask;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_unlink;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;

/**
 * What is executed in the place of an executable whose machine or files are not those it was made for, with the same
 * arguments and environment. The executable is removed first: nobody gets here twice.
 *
 * @param self the executable
 * @param instead what is executed
 */
record Successor(String self, String instead) {
    private static final int SIG_SETMASK = 2;
    private static final int WORD = 8;

    /** Adds it, to run while the initial stack is there; {@code stack} holds its pointer. Failing, it leads to {@code failure}. */
    void add(ProgramBuilder p, Arg stack, Label failure) {
        Slot count = p.space(WORD);
        Step removed = p.attempt(SYS_unlink, p.string(self));
        Label gone = p.label();
        p.jumpIfEqual(removed, Arg.of(0), gone);
        p.go(failure);
        p.place(gone);
        // argc, argv[argc], NULL, envp: all words
        p.copy(count, stack, Arg.of(WORD));
        Step argv = p.add(stack, Arg.of(WORD));
        Step two = p.add(Arg.contentOf(count), Arg.contentOf(count));
        Step four = p.add(two, two);
        Step vector = p.add(argv, p.add(four, four));
        Step envp = p.add(vector, Arg.of(WORD));
        p.attempt(SYS_rt_sigprocmask, Arg.of(SIG_SETMASK), p.longs(0), Arg.of(0), Arg.of(WORD));
        p.attempt(SYS_execve, p.string(instead), argv, envp);
        p.go(failure);
    }
}
