package dev.reprise.engine.tracee;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_clone;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close_range;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_exit;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_exit_group;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_futex;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_prctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setpriority;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setsid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_wait4;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.kernel.CloneArgs;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Futex;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.PidFd;
import dev.reprise.kernel.Prctl;
import dev.reprise.kernel.ProcStat;
import dev.reprise.kernel.RemoteAddress;
import dev.reprise.kernel.TaskDiedException;
import dev.reprise.kernel.WaitStatus;
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
    private static final long HELPER =
            CloneArgs.CLONE_VM | CloneArgs.CLONE_VFORK | CloneArgs.CLONE_FILES | CloneArgs.CLONE_UNTRACED;
    private static final long COPY = CloneArgs.CLONE_PARENT_SETTID | CloneArgs.CLONE_UNTRACED;
    private static final long ALL = 0xffffffffL;
    private static final int LOWEST_PRIORITY = 19;
    private static final int SIGKILL = 9;
    private static final long POLL_NANOS = 20_000_000;
    private static final String NAME = "reprise-copy";

    private final Segment segment;
    private final Control control;
    private final long programs;
    private final int pid;
    private final PidFd process;

    private MemoryCopy(Segment segment, Control control, long programs, int pid) throws KernelException {
        this.process = PidFd.open(pid);
        this.segment = segment;
        this.control = control;
        this.programs = programs;
        this.pid = pid;
    }

    /** Of a process that is taken over; null where the kernel makes none (limits, memory): nothing has happened then. */
    public static @Nullable MemoryCopy of(Takeover takeover) throws KernelException {
        Segment segment = takeover.segment();
        Control control = segment.newControl();
        control.setHomeProgram(home(segment));
        ProgramBuilder p = new ProgramBuilder();
        Slot id = p.space(Integer.BYTES);
        Label helper = p.label();
        Label copy = p.label();
        Step made = p.fork(SYS_clone, helper, Arg.of(HELPER), Arg.of(0), Arg.of(0), Arg.of(0), Arg.of(0));
        p.call(SYS_wait4, made, Arg.of(0), Arg.of(WaitStatus.WALL), Arg.of(0));
        p.end();
        p.place(helper);
        p.attemptFork(SYS_clone, copy, Arg.of(COPY), Arg.of(0), id, Arg.of(0), Arg.of(0));
        p.attempt(SYS_exit, 0);
        p.place(copy);
        p.setControl(Arg.of(control.address()));
        p.attempt(SYS_close_range, 0, ALL, 0);
        p.attempt(SYS_setsid, new Arg[0]);
        p.attempt(SYS_prctl, Arg.of(Prctl.PR_SET_NAME), p.string(NAME));
        p.attempt(SYS_setpriority, 0, 0, LOWEST_PRIORITY);
        p.end();
        Program program = p.build();
        control.follow(program, takeover.programs());
        ProgramResults results;
        try {
            results = takeover.run(program);
        } catch (KernelException failure) {
            if (failure.call().equals("clone")) {
                return null;
            }
            throw failure;
        }
        int pid = results.slot(id).get(JAVA_INT, 0);
        if (pid == 0) {
            return null;
        }
        MemoryCopy child = new MemoryCopy(segment, control, takeover.programs(), pid);
        child.await();
        return child;
    }

    private static Program home(Segment segment) {
        ProgramBuilder p = new ProgramBuilder();
        // The kernel wakes only one waiter of LIFE.
        p.attempt(SYS_futex, segment.lifeAddress(), Futex.FUTEX_WAKE, Integer.MAX_VALUE);
        p.attempt(SYS_exit_group, 0);
        return p.build();
    }

    /** Its id, as long as this is not closed. */
    public int pid() {
        return pid;
    }

    /** Runs a program in the copy; the process that it is of must have left the segment. */
    @Override
    public ProgramResults run(Program program) throws KernelException {
        control.placeAt(program, programs);
        control.submit();
        await();
        int stoppedAt = control.stoppedAt();
        if (!control.program().isEnd(stoppedAt)) {
            throw new KernelException(
                    control.program().callName(stoppedAt),
                    control.program().subject(stoppedAt) + " in a copy of the memory",
                    Errno.of(control.resultAt(stoppedAt)));
        }
        return control.results();
    }

    private void await() throws KernelException {
        while (!control.isDone()) {
            control.awaitChange(POLL_NANOS);
            if (!control.isDone() && hasEnded()) {
                throw new TaskDiedException("a copy of the memory", pid);
            }
        }
    }

    private boolean hasEnded() {
        try {
            return ProcStat.of(pid).isEnding();
        } catch (KernelException gone) {
            return true;
        }
    }

    @Override
    public RemoteAddress descriptorWord() {
        return segment.descriptorWord();
    }

    /** Ends it, and waits until its memory is free. */
    @Override
    public void close() {
        process.signal(SIGKILL);
        try {
            process.awaitEnd();
            WaitStatus.poll(pid); // an orphan is ours where we adopt them
        } catch (KernelException isReapedByOthers) {
            // then nothing is left of it
        }
        process.close();
    }
}
