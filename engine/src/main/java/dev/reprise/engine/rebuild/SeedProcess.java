package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_exit_group;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_kill;

import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.rebuild.Birth.Newborn;
import dev.reprise.engine.tracee.Control;
import dev.reprise.engine.tracee.ProgramWait;
import dev.reprise.engine.tracee.Segment;
import dev.reprise.engine.tracee.Tracee;
import dev.reprise.engine.tracee.Tracer;
import dev.reprise.image.state.TaskState;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.Ptrace;
import dev.reprise.kernel.WaitStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The process that becomes the program, while it is ours: seized, its threads parked in the segment.
 *
 * <p>{@link #close} kills it and waits until nothing of it is left, unless it has been {@link #release}d before.
 */
final class SeedProcess implements AutoCloseable {
    /** Tracing it to the end means that it never outlives us by half. */
    private static final int OPTIONS = Ptrace.O_TRACESYSGOOD | Ptrace.O_EXITKILL;

    private static final int SIGKILL = 9;
    private static final int LOST = 125;
    private static final long SPIN_NANOS = 200_000;
    private static final long POLL_NANOS = 20_000_000;

    private final Tracer tracer;
    private final Segment segment;
    private final int pid;
    private final int child;
    private final @Nullable PassingParent parent;
    private final List<Tracee> tasks = new ArrayList<>();
    private final List<Control> controls;
    private long nextProgram;
    private boolean released;
    private int options = OPTIONS;

    /** Takes over a seed that is on its way into the segment; {@code born}: itself, or its namespace's first process. */
    SeedProcess(Tracer tracer, Segment segment, List<Control> controls, int pid, Newborn born, long programs) {
        this.tracer = tracer;
        this.segment = segment;
        this.controls = controls;
        this.pid = pid;
        this.child = born.pid();
        this.parent = born.parent();
        nextProgram = programs;
    }

    /** The program of a task that finds its tracer dead: it ends. Laid out behind the control blocks. */
    static long layOutEnd(Segment segment, List<Control> controls, long at) {
        ProgramBuilder p = new ProgramBuilder();
        p.attempt(SYS_exit_group, LOST);
        Program end = p.build();
        controls.getFirst().placeAt(end, at);
        for (Control control : controls) {
            control.setHomeAt(at);
        }
        return at + end.size();
    }

    /** The filters that it is going to have judge nothing as long as we trace it; before it is seized. */
    void suspendSeccomp() {
        options |= Ptrace.O_SUSPEND_SECCOMP;
    }

    /** Seizes the leader: from here on it dies with us. */
    void seize() throws KernelException {
        add(pid);
    }

    /** Seizes the other threads, in the image's order. */
    void seizeAll(List<TaskState> threads, boolean inNamespace) throws KernelException {
        if (threads.isEmpty()) {
            return;
        }
        Map<Integer, Integer> outer = inNamespace ? OuterIds.ofTasks(pid) : Map.of();
        for (TaskState thread : threads) {
            add(outer.getOrDefault(thread.tid(), thread.tid()));
        }
    }

    private void add(int tid) throws KernelException {
        tracer.ptrace().seize(tid, options);
        tasks.add(new Tracee(tracer.ptrace(), tid));
    }

    /** Its id, as we see it. */
    int pid() {
        return pid;
    }

    /** The child of ours whose end is its end. */
    int child() {
        return child;
    }

    /** Its seized tasks, the leader first. */
    List<Tracee> tasks() {
        return tasks;
    }

    Control control(int task) {
        return controls.get(task);
    }

    Segment segment() {
        return segment;
    }

    /** Runs a program in one task to its end. */
    ProgramResults run(int task, Program program) throws KernelException {
        submit(task, program);
        return await(task);
    }

    /** Starts a program in a task. */
    void submit(int task, Program program) {
        Control control = controls.get(task);
        control.placeAt(program, nextProgram);
        nextProgram += program.size();
        control.submit();
    }

    /** Waits for the program that a task was given. */
    ProgramResults await(int task) throws KernelException {
        Control control = controls.get(task);
        // A SIGCONT among the pending signals stops every traced thread, each until it is waited for.
        Tracee tracee = task < tasks.size() ? tasks.get(task) : tasks.getFirst();
        ProgramWait.until(control, tracee, SPIN_NANOS, POLL_NANOS);
        return results(control);
    }

    /** Waits until no more than so many tasks are left. */
    void awaitTasks(int count) throws KernelException {
        while (Proc.list("/proc/" + pid + "/task").size() > count) {
            Thread.onSpinWait();
        }
    }

    private static ProgramResults results(Control control) throws KernelException {
        Program program = control.program();
        int at = control.stoppedAt();
        if (!program.isEnd(at)) {
            long result = control.resultAt(at);
            throw new KernelException(
                    program.callName(at), program.subject(at), Door.isError(result) ? Errno.of(result) : Errno.EIO);
        }
        return control.results();
    }

    /** Where the next program goes. */
    long nextProgram() {
        return nextProgram;
    }

    /** Lets a process go that runs a program to its own end. */
    void leave() throws KernelException {
        Tracee leader = tasks.getFirst();
        leader.stop();
        tracer.ptrace().detach(pid, 0);
        release();
    }

    /** All its ids exist: one that was to be an orphan is one from here on. */
    void leaveParent() {
        if (parent != null) {
            parent.leave();
        }
    }

    /** It is the program now, and nobody's but its own. */
    void release() {
        released = true;
    }

    @Override
    public void close() {
        if (released) {
            return;
        }
        Door.call(SYS_kill, pid, SIGKILL);
        // The leader is not reported dead before its traced threads have been waited for.
        for (Tracee task : tasks.reversed()) {
            awaitEnd(task.tid());
        }
        if (child != pid) {
            Door.call(SYS_kill, child, SIGKILL);
            awaitEnd(child);
        } else if (tasks.isEmpty()) {
            awaitEnd(pid);
        }
        if (parent != null) {
            parent.close();
        }
    }

    private static void awaitEnd(int tid) {
        try {
            while (WaitStatus.of(tid).isStopped()) {
                // a stop that was under way when the kill came
            }
        } catch (KernelException gone) {
            // reaped by its own parent
        }
    }
}
