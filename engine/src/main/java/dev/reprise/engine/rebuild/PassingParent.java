package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_clone3;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_exit_group;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_kill;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rt_sigprocmask;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setsid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_wait4;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.kernel.CloneArgs;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Signal;
import dev.reprise.kernel.WaitStatus;
import java.util.List;
import java.util.function.Function;

/**
 * The parent of a process that is to be an orphan, for as long as its restore can fail because of an id: it reaps it
 * then. An orphan's own reaper does that late, or never, and until then the id is taken by nobody but us.
 *
 * <p>Runs in our memory, and ends with its child; {@link #leave} ends it before.
 */
final class PassingParent implements AutoCloseable {
    private static final int SIG_SETMASK = 2;

    private final LocalChild local;
    private final int pid;
    private final int child;
    private boolean ended;
    private boolean closed;

    /** Clones a child that does what {@code body} adds; the failure of one of those steps is ours. */
    PassingParent(long flags, int wanted, FirstSession session, Function<ProgramBuilder, List<Attempt>> body)
            throws KernelException {
        ProgramBuilder p = new ProgramBuilder();
        p.attempt(SYS_rt_sigprocmask, Arg.of(SIG_SETMASK), p.longs(-1), Arg.of(0), Arg.of(Signal.SIGSET_SIZE));
        if (session.byParent()) {
            p.attempt(SYS_setsid, 0);
        }
        Slot args = cloneArgs(p, flags | CloneArgs.CLONE_VM | CloneArgs.CLONE_VFORK, wanted);
        Label born = p.label();
        // The child writes its 0 and goes on long before the parent, which the vfork holds, writes the pid.
        Step clone = p.attempt(SYS_clone3, args, Arg.of(CloneArgs.SIZE));
        p.jumpIfEqual(clone, Arg.of(0), born);
        Step done = p.add(clone, Arg.of(0));
        p.attempt(SYS_wait4, clone, Arg.of(0), Arg.of(WaitStatus.WALL), Arg.of(0));
        p.attempt(SYS_exit_group, 0);
        p.place(born);
        List<Attempt> attempts = body.apply(p);
        local = new LocalChild(p.build());
        pid = session.id() == 0 ? local.startBeside() : local.startBeside(session.id());
        try {
            while (local.result(done) == 0 && !hasEnded()) {
                Thread.onSpinWait();
            }
            child = (int) Door.require(local.result(done), "clone3", "pid " + wanted);
            Attempt.requireAll(attempts, local);
        } catch (KernelException failure) {
            close();
            throw failure;
        }
    }

    private static Slot cloneArgs(ProgramBuilder p, long flags, int pid) {
        Slot args = p.space(CloneArgs.SIZE);
        p.store8(args.plus(CloneArgs.FLAGS), Arg.of(flags));
        p.store8(args.plus(CloneArgs.EXIT_SIGNAL), Arg.of(Signal.SIGCHLD));
        if (pid != 0) {
            p.store8(args.plus(CloneArgs.SET_TID), p.ints(pid));
            p.store8(args.plus(CloneArgs.SET_TID_SIZE), Arg.of(1));
        }
        return args;
    }

    private boolean hasEnded() {
        try {
            ended = ended || WaitStatus.poll(pid) != null;
        } catch (KernelException gone) {
            ended = true;
        }
        return ended;
    }

    /** The child's pid as we see it. */
    int child() {
        return child;
    }

    /** Leaves the child to its reaper. */
    void leave() {
        Door.call(SYS_kill, pid, Signal.SIGKILL);
        close();
    }

    /** Waits until the child, which has been killed, is reaped. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (!ended) {
            try {
                WaitStatus.of(pid);
            } catch (KernelException gone) {
                // as wanted
            }
        }
        local.close();
    }
}
