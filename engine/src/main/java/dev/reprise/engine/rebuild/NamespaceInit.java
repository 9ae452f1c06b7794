package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_chdir;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_clone3;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close_range;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_exit_group;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_kill;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mount;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_prctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rt_sigtimedwait;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setsid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_wait4;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.PageRun;
import dev.reprise.kernel.CloneArgs;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Prctl;
import dev.reprise.kernel.Signal;
import dev.reprise.kernel.WaitStatus;
import org.jspecify.annotations.Nullable;

/**
 * The first process of a new pid namespace: programs, no Java, for as long as the namespace lives.
 *
 * <p>It makes the restored program's process, sends it every signal that it gets itself, reaps whatever is left to it,
 * and ends as the program ends; then the kernel ends the rest of the namespace.
 */
final class NamespaceInit {
    /** The new namespaces: ids, and mounts, since /proc shows those of one pid namespace only. */
    static final long NAMESPACES = CloneArgs.CLONE_NEWPID | CloneArgs.CLONE_NEWNS;

    private static final int MS_NOSUID_NODEV_NOEXEC = 2 | 4 | 8;
    private static final int MS_REC_PRIVATE = 0x4000 | 0x40000;
    private static final long ALL = 0xffffffffL;
    private static final int WNOHANG = 1;
    private static final int SIGNALED = 0x7f;
    private static final int STATUS_SHIFT = 8;
    private static final int STATUS_MASK = 0xff;
    private static final int BY_SIGNAL = 128;

    private NamespaceInit() {}

    /** Adds a /proc of its own, for the first process of new {@link #NAMESPACES}. */
    static void mountProc(ProgramBuilder p) {
        Slot none = p.string("none");
        p.call(SYS_mount, none, p.string("/"), Arg.of(0), Arg.of(MS_REC_PRIVATE), Arg.of(0))
                .about("/ (private)");
        Slot proc = p.string("proc");
        p.call(SYS_mount, proc, p.string("/proc"), proc, Arg.of(MS_NOSUID_NODEV_NOEXEC), Arg.of(0))
                .about("/proc");
    }

    /**
     * Makes the process {@code root}, which parks with {@code control}; keeps nothing that is not its own.
     *
     * @param parentDeathSignal what it gets at its parent's death, and so passes on to the root: 0 for none
     * @param session that of the root, whose leader, parking nowhere, has {@code leaderControl}
     * @param segment all that it keeps of its memory, where the root has that from it; null where it is a seed
     */
    static Program begin(
            int root,
            long control,
            boolean detached,
            int parentDeathSignal,
            FirstSession session,
            long leaderControl,
            @Nullable PageRun segment) {
        ProgramBuilder p = new ProgramBuilder();
        mountProc(p);
        if (detached) {
            p.call(SYS_setsid);
        } else if (parentDeathSignal != 0) {
            p.call(SYS_prctl, Prctl.PR_SET_PDEATHSIG, parentDeathSignal);
        }
        Label child = p.label();
        Label leader = p.label();
        if (session.byParent()) {
            Step made = p.fork(SYS_clone3, leader, args(p, 0, session.id()), Arg.of(CloneArgs.SIZE))
                    .about("the leader of its session");
            p.call(SYS_wait4, made, Arg.of(0), Arg.of(WaitStatus.WALL), Arg.of(0))
                    .about("the leader of its session");
        } else {
            p.fork(SYS_clone3, child, args(p, 0, root), Arg.of(CloneArgs.SIZE)).about("process " + root);
        }
        // An open pipe end here would keep its readers waiting for as long as the namespace lives.
        p.call(SYS_close_range, 0, ALL, 0);
        p.call(SYS_chdir, p.string("/"));
        p.attempt(SYS_prctl, Arg.of(Prctl.PR_SET_NAME), p.string("reprise-init"));
        if (segment != null) {
            AddressSpaceRebuild.clear(p, segment);
        }
        p.end();
        p.place(leader);
        if (session.byParent()) {
            p.setControl(Arg.of(leaderControl));
            p.attempt(SYS_setsid, 0);
            p.attemptFork(SYS_clone3, child, args(p, CloneArgs.CLONE_PARENT, root), Arg.of(CloneArgs.SIZE));
            p.attempt(SYS_exit_group, 0);
        }
        p.place(child);
        p.setControl(Arg.of(control));
        p.end();
        return p.build();
    }

    private static Slot args(ProgramBuilder p, long flags, int pid) {
        Slot args = p.space(CloneArgs.SIZE);
        p.store8(args.plus(CloneArgs.FLAGS), Arg.of(flags | CloneArgs.CLONE_CLEAR_SIGHAND));
        if (flags != CloneArgs.CLONE_PARENT) {
            p.store8(args.plus(CloneArgs.EXIT_SIGNAL), Arg.of(Signal.SIGCHLD));
        }
        if (pid != 0) {
            p.store8(args.plus(CloneArgs.SET_TID), p.ints(pid));
            p.store8(args.plus(CloneArgs.SET_TID_SIZE), Arg.of(1));
        }
        return args;
    }

    /** The rest of its life. All signals are blocked, so that none is lost to a first process without handlers. */
    static Program live(int root) {
        ProgramBuilder p = new ProgramBuilder();
        Slot all = p.longs(-1);
        Slot status = p.space(8);
        Label wait = p.label();
        Label reap = p.label();
        Label ended = p.label();
        p.place(wait);
        Step signal = p.attempt(SYS_rt_sigtimedwait, all, Arg.of(0), Arg.of(0), Arg.of(Signal.SIGSET_SIZE));
        p.jumpIfEqual(signal, Arg.of(Signal.SIGCHLD), reap);
        p.jumpIfEqual(signal, Arg.of(-Errno.EINTR.code()), wait);
        p.attempt(SYS_kill, Arg.of(root), signal);
        p.go(wait);
        p.place(reap);
        Step child = p.attempt(SYS_wait4, Arg.of(-1), status, Arg.of(WNOHANG | WaitStatus.WALL), Arg.of(0));
        p.jumpIfEqual(child, Arg.of(root), ended);
        p.jumpIfEqual(child, Arg.of(0), wait);
        p.jumpIfEqual(child, Arg.of(-Errno.ECHILD.code()), wait);
        p.go(reap);
        p.place(ended);
        endAs(p, status);
        return p.build();
    }

    private static void endAs(ProgramBuilder p, Slot status) {
        Label exited = p.label();
        Step value = p.load4(status);
        Step killer = p.and(value, Arg.of(SIGNALED));
        p.jumpIfEqual(killer, Arg.of(0), exited);
        p.attempt(SYS_exit_group, p.add(killer, Arg.of(BY_SIGNAL)));
        p.place(exited);
        p.attempt(SYS_exit_group, p.and(p.shiftRight(value, Arg.of(STATUS_SHIFT)), Arg.of(STATUS_MASK)));
    }
}
