package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_kill;

import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramResults;
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

/** A process that becomes one of the program's, while it is ours: seized, its threads parked in the segment. */
final class SeedProcess implements AutoCloseable {
    /** Tracing it to the end means that it never outlives us by half. */
    private static final int OPTIONS = Ptrace.O_TRACESYSGOOD | Ptrace.O_EXITKILL;

    private static final int SIGKILL = 9;
    private static final long SPIN_NANOS = 200_000;
    private static final long POLL_NANOS = 20_000_000;

    private final Tracer tracer;
    private final Segment segment;
    private final int pid;
    private final List<Tracee> tasks = new ArrayList<>();
    private final List<Control> controls;
    private final ProgramRoom room;
    private boolean released;
    private int options = OPTIONS;

    /** {@code pid} as we see it; {@code controls}: those of its tasks and helpers. */
    SeedProcess(Tracer tracer, Segment segment, List<Control> controls, ProgramRoom room, int pid) {
        this.tracer = tracer;
        this.segment = segment;
        this.controls = controls;
        this.room = room;
        this.pid = pid;
    }

    /** The filters that it is going to have judge nothing as long as we trace it; before it is seized. */
    void suspendSeccomp() {
        options |= Ptrace.O_SUSPEND_SECCOMP;
    }

    /** Seizes the leader: from here on it dies with us. */
    void seize() throws KernelException {
        add(pid);
    }

    /** Seizes the other threads, in the image's order; {@code level}: of the image's pid namespace, from ours. */
    void seizeAll(List<TaskState> threads, int level) throws KernelException {
        if (threads.isEmpty()) {
            return;
        }
        Map<Integer, Integer> outer = level > 0 ? OuterIds.ofTasks(pid, level) : Map.of();
        for (TaskState thread : threads) {
            add(outer.getOrDefault(thread.tid(), thread.tid()));
        }
    }

    private void add(int tid) throws KernelException {
        tracer.ptrace().seize(tid, options);
        tasks.add(new Tracee(tracer.ptrace(), tid, tid == pid));
    }

    /** Its id, as we see it. */
    int pid() {
        return pid;
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
        control.placeAt(program, room.take(program));
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

    /** The results of a program that is done; its failure, if it is that of a call. */
    static ProgramResults results(Control control) throws KernelException {
        Program program = control.program();
        int at = control.stoppedAt();
        if (!program.isEnd(at)) {
            long result = control.resultAt(at);
            throw new KernelException(
                    program.callName(at), program.subject(at), Door.isError(result) ? Errno.of(result) : Errno.EIO);
        }
        return control.results();
    }

    /** Lets a process go that runs a program to its own end. */
    void leave() throws KernelException {
        Tracee leader = tasks.getFirst();
        leader.stop();
        tracer.ptrace().detach(pid, 0);
        release();
    }

    /** A task of it has ended before it was let go: others learn of that when our thread ends, at once. */
    void leaveBehind() {
        tracer.leaveBehind();
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
        if (tasks.isEmpty()) {
            awaitEnd(pid);
        }
    }

    static void awaitEnd(int tid) {
        try {
            while (WaitStatus.of(tid).isStopped()) {
                // a stop that was under way when the kill came
            }
        } catch (KernelException gone) {
            // reaped by its own parent
        }
    }
}
