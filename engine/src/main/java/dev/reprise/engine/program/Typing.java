package dev.reprise.engine.program;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_poll;

import dev.reprise.kernel.Ioctl;

/** Keys of a terminal, typed by a program. */
public final class Typing {
    /** Some ten seconds for what takes microseconds. */
    private static final long PAUSES = 10_000;

    private Typing() {}

    /** Adds: one key, at {@code from}, is in the line discipline when this is done. */
    public static Step key(ProgramBuilder p, Arg slave, Arg from) {
        return p.privileged(SYS_ioctl, slave, Arg.of(Ioctl.TIOCSTI), from).about("the keys of a terminal");
    }

    /** Adds: the keys in {@code keys}, one by one. */
    public static void keys(ProgramBuilder p, Arg slave, Slot keys) {
        Variable at = new Variable(p, 0);
        Label again = p.label();
        Label done = p.label();
        at.set(keys);
        p.place(again);
        p.jumpIfEqual(at.value(), keys.plus(keys.size()), done);
        key(p, slave, at.value());
        at.add(1);
        p.go(again);
        p.place(done);
    }

    /** Adds, where keys make no lines: what has been written to the master has come to the line discipline, so many bytes. */
    public static void await(ProgramBuilder p, Arg slave, Arg bytes) {
        Variable pauses = new Variable(p, 0);
        Slot there = p.space(Long.BYTES);
        Label again = p.label();
        Label done = p.label();
        p.place(again);
        p.attempt(SYS_ioctl, slave, Arg.of(Ioctl.FIONREAD), there);
        p.jumpIfEqual(p.load4(there), bytes, done);
        p.jumpIfEqual(pauses.value(), Arg.of(PAUSES), done);
        pauses.add(1);
        // Not a sleep: that would take the place of one of the program's, which was interrupted.
        p.attempt(SYS_poll, 0, 0, 1);
        p.go(again);
        p.place(done);
    }
}
