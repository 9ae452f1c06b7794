package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_clone3;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_exit;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_futex;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.kernel.CloneArgs;
import dev.reprise.kernel.Futex;
import java.util.ArrayList;
import java.util.List;

/**
 * The threads of a program that restores itself: cloned with whatever ids there are; they and the leader wait for each
 * other at words in memory.
 */
final class ThreadGates {
    private static final long OPEN = 1;
    private static final long ALL = Integer.MAX_VALUE;

    private final ProgramBuilder p;
    private final List<Slot> running = new ArrayList<>();

    ThreadGates(ProgramBuilder p) {
        this.p = p;
    }

    /** A word that is closed. */
    Slot gate() {
        return p.longs(0);
    }

    /** Adds: everybody who waits, or will, goes on. */
    void open(Slot gate) {
        p.store4(gate, Arg.of(OPEN));
        p.attempt(SYS_futex, gate, Arg.of(Futex.FUTEX_WAKE), Arg.of(ALL), Arg.of(0));
    }

    /** Adds: goes on when the gate is open. */
    void await(Slot gate) {
        Label wait = p.label();
        Label open = p.label();
        p.place(wait);
        p.jumpIfAny(gate, Arg.of(OPEN), open);
        p.attempt(SYS_futex, gate, Arg.of(Futex.FUTEX_WAIT), Arg.of(0), Arg.of(0));
        p.go(wait);
        p.place(open);
    }

    /** Adds the clone of a thread of the image, which begins at {@code start} and whose new id the program knows then. */
    void clone(int tid, Label start) {
        Slot args = p.space(CloneArgs.SIZE);
        p.store8(args.plus(CloneArgs.FLAGS), Arg.of(ThreadClones.THREAD));
        p.rename(tid, p.fork(SYS_clone3, start, args, Arg.of(CloneArgs.SIZE)).about("a thread"));
    }

    /** Adds the clone of a helper, which begins at {@code start} and ends by {@link #endHelper}. */
    void cloneHelper(Label start) {
        Slot args = p.space(CloneArgs.SIZE);
        Slot alive = p.longs(OPEN);
        running.add(alive);
        p.store8(args.plus(CloneArgs.FLAGS), Arg.of(ThreadClones.THREAD | CloneArgs.CLONE_CHILD_CLEARTID));
        p.store8(args.plus(CloneArgs.CHILD_TID), alive);
        p.fork(SYS_clone3, start, args, Arg.of(CloneArgs.SIZE)).about("a thread that loads memory");
    }

    /** Adds a helper's end. */
    void endHelper() {
        p.attempt(SYS_exit, 0);
    }

    /** Adds: no helper is left. The kernel clears each one's word and wakes us. */
    void awaitHelpers() {
        for (Slot alive : running) {
            Label wait = p.label();
            Label gone = p.label();
            p.place(wait);
            p.jumpIfEqual(p.load4(alive), Arg.of(0), gone);
            p.attempt(SYS_futex, alive, Arg.of(Futex.FUTEX_WAIT), Arg.of(OPEN), Arg.of(0));
            p.go(wait);
            p.place(gone);
        }
    }
}
