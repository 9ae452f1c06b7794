package dev.reprise.engine.tracee;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_chdir;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_clone;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close_range;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_exit;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_exit_group;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_futex;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioprio_set;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_kill;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_madvise;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_munmap;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_prctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_sched_setscheduler;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setpriority;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setsid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_wait4;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_write;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.kernel.CloneArgs;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.Futex;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Native;
import dev.reprise.kernel.PidFd;
import dev.reprise.kernel.Prctl;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStat;
import dev.reprise.kernel.RemoteAddress;
import dev.reprise.kernel.Sched;
import dev.reprise.kernel.WaitStatus;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A copy-on-write copy of a frozen process's memory: a child of its host that nobody knows of, parked in the segment
 * until it is given programs.
 *
 * <p>The host makes a helper, which shares everything with it and makes the copy; the helper ends and is reaped by the
 * host before its program ends, so that the process has no child that it could wait for, no signal comes, and
 * the page tables are copied once. The copy closes all descriptors at once, leaves the session, and ends when it finds the tracer
 * dead: its way home.
 */
public final class MemoryCopy implements ProgramRunner, AutoCloseable {
    private static final long HELPER = CloneArgs.CLONE_VM
            | CloneArgs.CLONE_VFORK
            | CloneArgs.CLONE_FILES
            | CloneArgs.CLONE_UNTRACED
            | CloneArgs.CLONE_PARENT_SETTID;
    private static final long COPY = CloneArgs.CLONE_PARENT_SETTID | CloneArgs.CLONE_UNTRACED;
    private static final long ALL = 0xffffffffL;
    private static final int LOWEST_PRIORITY = 19;
    /** IOPRIO_CLASS_BE, the lowest of its eight levels. */
    private static final int LOWEST_BEST_EFFORT = 2 << 13 | 7;

    private static final int SIGKILL = 9;
    private static final long ORPHAN_NANOS = 1_000_000_000;
    private static final long ORPHAN_POLL_NANOS = 50_000;
    private static final String NAME = "reprise-copy";
    /** What one is called that is kept. */
    public static final String KEPT_NAME = "reprise-twin";

    private final Segment segment;
    private final int pid;
    private final PidFd process;
    private final CopyRunner runner;
    private final @Nullable TwinMark mark;

    private MemoryCopy(Segment segment, Control control, long programs, int pid, @Nullable TwinMark mark)
            throws KernelException {
        this.process = open(pid);
        this.mark = mark;
        this.segment = segment;
        this.pid = pid;
        runner = new CopyRunner(control, programs, pid, process);
    }

    // Without one it is killed by its number, which it keeps until somebody has waited for it.
    private static PidFd open(int pid) throws KernelException {
        try {
            return PidFd.open(pid);
        } catch (KernelException failure) {
            Door.call(SYS_kill, pid, SIGKILL);
            reap(pid);
            throw failure;
        }
    }

    /**
     * Of a process that is taken over; null where the kernel makes none (limits, memory): nothing has happened then.
     *
     * @throws KernelException the process has another advice for a range than before, or a child that is not reaped
     */
    public static @Nullable MemoryCopy of(Takeover takeover, CopyRanges ranges) throws KernelException {
        return of(takeover, ranges, null);
    }

    /** The same of one that can be {@link #keep kept}: it is the only copy of its process. */
    public static @Nullable MemoryCopy toBeKept(Takeover takeover, CopyRanges ranges) throws KernelException {
        return of(takeover, ranges, takeover.segment().mark());
    }

    private static @Nullable MemoryCopy of(Takeover takeover, CopyRanges ranges, @Nullable TwinMark mark)
            throws KernelException {
        Control control = takeover.segment().newControl();
        control.setHomeProgram(mark == null ? home(takeover.segment()) : homeUnlessKept(takeover.segment()));
        if (mark != null) {
            takeover.segment().setKeeper(control);
        }
        Making making = new Making(control.address(), ranges, mark == null ? NAME : KEPT_NAME);
        control.follow(making.program, takeover.programs());
        ProgramResults results = making.run(takeover, control);
        int pid = results.slot(making.id).get(JAVA_INT, 0);
        if (pid == 0) {
            making.requireUndone(results);
            return null;
        }
        MemoryCopy child = new MemoryCopy(takeover.segment(), control, takeover.programs(), pid, mark);
        try {
            making.requireUndone(results);
            child.runner.await();
            if (making.isWhole(results)) {
                child.oomFirst();
                return child;
            }
        } catch (KernelException failure) {
            child.close();
            throw failure;
        }
        child.close();
        return null;
    }

    /** The program that makes a copy, in the host, its helper and the copy itself. */
    private static final class Making {
        private final Program program;
        private final Slot id;
        private final Slot helperId;
        private final Step made;
        private final Step reaped;
        private final List<Step> advised = new ArrayList<>();
        private final List<Step> undone = new ArrayList<>();
        private boolean started;

        Making(long control, CopyRanges ranges, String name) {
            ProgramBuilder p = new ProgramBuilder();
            id = p.space(Integer.BYTES);
            helperId = p.space(Integer.BYTES);
            Label helper = p.label();
            Label copy = p.label();
            Label undo = p.label();
            for (CopyRanges.Advised one : ranges.advised()) {
                advised.add(advise(p, one, one.opposite()));
            }
            made = p.attemptFork(SYS_clone, helper, Arg.of(HELPER), Arg.of(0), helperId, Arg.of(0), Arg.of(0));
            // There may be none to wait for, and a negative id would mean another one.
            p.jumpIfEqual(p.shiftRight(made, Arg.of(Long.SIZE - 1)), Arg.of(1), undo);
            reaped = p.attempt(SYS_wait4, made, Arg.of(0), Arg.of(WaitStatus.WALL), Arg.of(0));
            p.place(undo);
            for (CopyRanges.Advised one : ranges.advised()) {
                undone.add(advise(p, one, one.advice()));
            }
            p.end();
            p.place(helper);
            p.attemptFork(SYS_clone, copy, Arg.of(COPY), Arg.of(0), id, Arg.of(0), Arg.of(0));
            p.attempt(SYS_exit, 0);
            p.place(copy);
            p.setControl(Arg.of(control));
            settle(p, ranges, name);
            p.end();
            program = p.build();
        }

        /** Where something has failed, whoever has been made ends. */
        ProgramResults run(Takeover takeover, Control copy) throws KernelException {
            try {
                return Standstill.during(List.of(takeover), () -> {
                    takeover.start(program);
                    started = true;
                    return takeover.await(takeover.host());
                });
            } catch (KernelException failure) {
                if (started) {
                    end(takeover, copy);
                }
                throw failure;
            }
        }

        // Should the host have been killed, whom it has made are orphans, and the helper goes on.
        private void end(Takeover takeover, Control copy) {
            try {
                takeover.await(takeover.host());
            } catch (KernelException died) {
                reapHelper(copy.results().slot(helperId).get(JAVA_INT, 0), takeover.pid());
            }
            int made = copy.results().slot(id).get(JAVA_INT, 0);
            if (made != 0) {
                Door.call(SYS_kill, made, SIGKILL);
                reap(made);
            }
        }

        private static Step advise(ProgramBuilder p, CopyRanges.Advised one, int advice) {
            return p.attempt(SYS_madvise, one.range().start(), one.range().bytes(), advice);
        }

        // What keeps the copy from being noticed: first of all by those who wait for the end of a pipe.
        private static void settle(ProgramBuilder p, CopyRanges ranges, String name) {
            p.attempt(SYS_close_range, 0, ALL, 0);
            p.attempt(SYS_setsid, new Arg[0]);
            for (CopyRanges.Range range : ranges.left()) {
                p.attempt(SYS_munmap, range.start(), range.bytes());
            }
            // Nobody is to wait for it when a file system goes.
            p.attempt(SYS_chdir, p.string("/"));
            p.attempt(SYS_prctl, Arg.of(Prctl.PR_SET_NAME), p.string(name));
            // A real-time program's copy would not let it run.
            p.attempt(SYS_sched_setscheduler, Arg.of(0), Arg.of(Sched.SCHED_OTHER), p.ints(0));
            p.attempt(SYS_setpriority, 0, 0, LOWEST_PRIORITY);
            p.attempt(SYS_ioprio_set, Sched.IOPRIO_WHO_PROCESS, 0, LOWEST_BEST_EFFORT);
        }

        /** Whether the copy has all that it was to have. */
        boolean isWhole(ProgramResults results) {
            return advised.stream().allMatch(step -> results.result(step) == 0);
        }

        void requireUndone(ProgramResults results) throws KernelException {
            for (Step step : undone) {
                Door.require(results.result(step), "madvise", "the advice for a range again");
            }
            if (results.result(made) > 0) {
                Door.require(results.result(reaped), "wait4", "the helper of a copy of the memory");
            }
        }
    }

    private static Program home(Segment segment) {
        ProgramBuilder p = new ProgramBuilder();
        // The kernel wakes only one waiter of LIFE.
        p.attempt(SYS_futex, segment.lifeAddress(), Futex.FUTEX_WAKE, Integer.MAX_VALUE);
        p.attempt(SYS_exit_group, 0);
        return p.build();
    }

    // Whose life is over with ours unless its word says otherwise, which is all that it asks.
    private static Program homeUnlessKept(Segment segment) {
        ProgramBuilder p = new ProgramBuilder();
        Label stays = p.label();
        p.attempt(SYS_futex, segment.lifeAddress(), Futex.FUTEX_WAKE, Integer.MAX_VALUE);
        p.jumpIfEqual(p.load4(Arg.of(segment.keptAddress())), Arg.of(1), stays);
        p.attempt(SYS_exit_group, 0);
        p.place(stays);
        // Who takes it for a moment (KeptCopy) has LIFE for that long: then it parks.
        Label sleeps = p.label();
        Step life = p.load4(Arg.of(segment.lifeAddress()));
        p.jumpIfDead(sleeps);
        p.end();
        p.place(sleeps);
        p.attempt(SYS_futex, Arg.of(segment.lifeAddress()), Arg.of(Futex.FUTEX_WAIT), life, Arg.of(0));
        p.go(stays);
        return p.build();
    }

    /** What it is known by; of one that is made to be kept. */
    public TwinMark mark() {
        if (mark == null) {
            throw new IllegalStateException("a copy that ends with us");
        }
        return mark;
    }

    /**
     * From now on it outlives us, if {@link #letGo} follows or we die; until then it can still be closed.
     *
     * <p>Its process must have left the segment.
     */
    public void keep() {
        segment.setKept(true);
    }

    /** One that is kept is nothing to us any more. */
    public void letGo() {
        process.close();
    }

    /** Its id, as long as this is not closed. */
    public int pid() {
        return pid;
    }

    /** Runs a program in the copy; the process that it is of must have left the segment. */
    @Override
    public ProgramResults run(Program program) throws KernelException {
        return runner.run(program);
    }

    // Where memory gets short because of the copy, the copy goes, not the program.
    private void oomFirst() {
        try (Fd score = Fd.open("/proc/" + pid + "/oom_score_adj", Fcntl.O_WRONLY, 0);
                Arena arena = Arena.ofConfined()) {
            MemorySegment most = Native.string(arena, "1000");
            Door.call(SYS_write, score.number(), most.address(), most.byteSize() - 1);
        } catch (KernelException notAllowed) {
            // then both are judged alike
        }
    }

    @Override
    public RemoteAddress descriptorWord() {
        return segment.descriptorWord();
    }

    /** Ends it; from any thread, as long as this is not closed. */
    public void kill() {
        process.signal(SIGKILL);
    }

    /** Ends it, and waits until its memory is free. */
    @Override
    public void close() {
        kill();
        try {
            process.awaitEnd();
        } catch (KernelException isNotTold) {
            // it ends all the same
        }
        reap(pid);
        process.close();
    }

    // One of a host that dies: it is an orphan in a moment, and ends in another.
    private static void reapHelper(int helper, int pid) {
        long start = System.nanoTime();
        while (helper != 0 && System.nanoTime() - start < ORPHAN_NANOS) {
            try {
                int parent = ProcStat.of(helper).parent();
                if (parent == Proc.ownPid() && WaitStatus.poll(helper) != null
                        || parent != Proc.ownPid() && parent != pid) {
                    return;
                }
            } catch (KernelException isReapedByOthers) {
                return;
            }
            LockSupport.parkNanos(ORPHAN_POLL_NANOS);
        }
    }

    // An orphan is ours where we adopt them.
    private static void reap(int pid) {
        try {
            WaitStatus.of(pid);
        } catch (KernelException isReapedByOthers) {
            // then nothing is left of it
        }
    }
}
