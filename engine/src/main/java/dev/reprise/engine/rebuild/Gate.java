package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_futex;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.kernel.Futex;

/** A word in a program that several tasks run: some wait there until one has opened it. */
record Gate(Slot word) {
    private static final int ALL = Integer.MAX_VALUE;

    static Gate closed(ProgramBuilder p) {
        return new Gate(p.space(Long.BYTES));
    }

    /** Adds: everybody may pass from now on. */
    void open(ProgramBuilder p) {
        p.store8(word, Arg.of(1));
        p.attempt(SYS_futex, word, Arg.of(Futex.FUTEX_WAKE), Arg.of(ALL));
    }

    /** Adds: waits until it is open. */
    void pass(ProgramBuilder p) {
        Label look = p.label();
        Label isOpen = p.label();
        p.place(look);
        p.jumpIfAny(word, Arg.of(1), isOpen);
        p.attempt(SYS_futex, word, Arg.of(Futex.FUTEX_WAIT), Arg.of(0), Arg.of(0));
        p.go(look);
        p.place(isOpen);
    }
}
