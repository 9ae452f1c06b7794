package dev.reprise.engine.program;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_sched_setaffinity;

/** Moves the task that runs a program from processor to processor. */
public final class ProcessorWalk {
    private final ProgramBuilder p;
    private final Slot mask;
    private final Variable word;
    private final Variable bit;

    /** Adds: it begins before the first of so many processors. */
    public ProcessorWalk(ProgramBuilder p, int processors) {
        this.p = p;
        mask = p.space((long) Long.BYTES * ((processors + Long.SIZE - 1) / Long.SIZE));
        word = new Variable(p, 0);
        bit = new Variable(p, 1);
        word.set(mask);
        p.store8(mask, Arg.of(1));
    }

    /** Adds: the task runs on this processor; the result is an error where it may not, or where there is none. */
    public Step pin() {
        return p.attempt(SYS_sched_setaffinity, Arg.of(0), Arg.of(mask.size()), mask);
    }

    /** Adds: the next one's turn; behind the last the first's, and on at {@code afterLast}. */
    public void next(Label afterLast) {
        Label set = p.label();
        Label wrapped = p.label();
        Label done = p.label();
        p.store8(word.value(), Arg.of(0));
        bit.add(bit.value());
        Label newWord = p.label();
        p.jumpIfEqual(bit.value(), Arg.of(0), newWord);
        p.go(set);
        p.place(newWord);
        bit.set(Arg.of(1));
        word.add(Long.BYTES);
        p.jumpIfEqual(word.value(), mask.plus(mask.size()), wrapped);
        p.place(set);
        p.store8(word.value(), bit.value());
        p.go(done);
        p.place(wrapped);
        word.set(mask);
        p.store8(mask, Arg.of(1));
        p.go(afterLast);
        p.place(done);
    }
}
