package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_exit;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_kill;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_shmdt;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.engine.program.x86_64.ControlBlock;
import dev.reprise.engine.tracee.Control;
import dev.reprise.engine.tracee.Tracee;
import dev.reprise.image.state.Interruption;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.TaskState;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.ProcStatus;
import dev.reprise.kernel.Ptrace;
import dev.reprise.kernel.TaskDiedException;
import dev.reprise.kernel.x86_64.UserRegs;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * The last steps, under ptrace, when every task has run its programs: from the segment into the program's own code.
 *
 * <p>No task executes an instruction of the program before {@link #letGo}.
 */
final class Release {
    private static final int SIGSTOP = 19;
    private static final int STATUS_SHIFT = 8;
    private static final int STATUS_MASK = 0xff;
    private static final char TRACING_STOP = 't';
    private static final long ENDING_NANOS = 100_000_000;
    private static final long PATIENCE_NANOS = 1_000_000_000;

    private final SeedProcess seed;
    private final ProcessState process;
    private final long syscallInstruction;
    private final List<long[]> registers = new ArrayList<>();
    private boolean unmaps;

    /** {@code syscallInstruction} is one in the restored process, to be stepped. */
    Release(SeedProcess seed, ProcessState process, long syscallInstruction) {
        this.seed = seed;
        this.process = process;
        this.syscallInstruction = syscallInstruction;
    }

    /** Stops all tasks; {@link #leaveSegment} waits for it. */
    void interrupt() throws KernelException {
        for (Tracee task : seed.tasks()) {
            task.ptrace().interrupt(task.tid());
        }
    }

    /** Takes all tasks out of the segment, which is not unmapped yet. */
    void leaveSegment() throws KernelException {
        List<Tracee> tasks = seed.tasks();
        for (Tracee task : tasks) {
            task.awaitEventStop();
        }
        for (int i = 0; i < tasks.size(); i++) {
            registers.add(resume(i, tasks.get(i), process.tasks().get(i)));
        }
    }

    /**
     * Begins to unmap it, unless it is gone from this address space; nobody who has that may be in the segment any more.
     * {@link #unmap} and {@link #unmapped} follow: those of many processes go side by side.
     */
    void beginUnmap(Set<ObjectId> left) throws KernelException {
        unmaps = left.add(process.addressSpace());
        if (unmaps) {
            // The restart block of a sleep that was entered again survives this.
            Tracee leader = seed.tasks().getFirst();
            long[] call = leader.ptrace().registers(leader.tid());
            call[UserRegs.RDI] = seed.segment().address().value();
            enter(leader, call, SYS_shmdt);
        }
    }

    void unmap() throws KernelException {
        if (unmaps) {
            interrupt(seed.tasks().getFirst());
        }
    }

    void unmapped() throws KernelException {
        if (unmaps) {
            Tracee leader = seed.tasks().getFirst();
            leader.awaitEventStop();
            long result = leader.ptrace().registers(leader.tid())[UserRegs.RAX];
            if (Door.isError(result)) {
                throw new KernelException("shmdt", leader.toString(), Errno.of(result));
            }
        }
    }

    private long[] resume(int index, Tracee task, TaskState state) throws KernelException {
        long[] own = state.registers().words();
        if (index == 0 && process.leaderHasEnded()) {
            return ended(task);
        }
        return switch (state.interruption()) {
            case Interruption.None _ -> own;
            case Interruption.Call(boolean restartable) -> InterruptedSleep.undecided(own, restartable);
            case Interruption.Sleep sleep -> {
                InterruptedSleep interrupted = new InterruptedSleep(own, sleep);
                if (!interrupted.hasRest()) {
                    yield InterruptedSleep.undecided(interrupted.anew(), false);
                }
                Control control = seed.control(index);
                MemorySegment.copy(interrupted.timespec(), 0, control.scratch(), JAVA_LONG, 0, 2);
                long[] call = interrupted.call(control.address() + ControlBlock.SCRATCH);
                yield interrupted.entered(step(task, call, sleep.number())[UserRegs.RAX]);
            }
        };
    }

    // exit(2), and nothing else: the other threads live on.
    private long[] ended(Tracee task) throws KernelException {
        // Nothing is known of its own any more, and segment registers of zero are refused.
        long[] exit = task.ptrace().registers(task.tid());
        exit[UserRegs.RIP] = syscallInstruction;
        exit[UserRegs.RAX] = SYS_exit;
        exit[UserRegs.ORIG_RAX] = -1;
        exit[UserRegs.RDI] = process.leaderStatus() >> STATUS_SHIFT & STATUS_MASK;
        return exit;
    }

    /** Makes one system call; interrupts it as soon as it has begun. The task is in an event stop afterwards. */
    private long[] step(Tracee task, long[] arguments, long number) throws KernelException {
        enter(task, arguments, number);
        interrupt(task);
        task.awaitEventStop();
        return task.ptrace().registers(task.tid());
    }

    private void enter(Tracee task, long[] arguments, long number) throws KernelException {
        long[] call = arguments.clone();
        call[UserRegs.RIP] = syscallInstruction;
        call[UserRegs.RAX] = number;
        call[UserRegs.ORIG_RAX] = -1;
        task.ptrace().setRegisters(task.tid(), call);
        task.ptrace().resumeToSyscall(task.tid(), 0);
    }

    // A blocking call returns at once then; any other is done first.
    private static void interrupt(Tracee task) throws KernelException {
        task.awaitSyscallStop(false);
        task.ptrace().interrupt(task.tid());
        task.ptrace().resume(task.tid(), 0);
    }

    /** Loads what the program sees: registers, vector state, mask. */
    void load() throws KernelException {
        Tracee leader = seed.tasks().getFirst();
        int xstateSize = leader.ptrace().xstate(leader.tid()).length;
        for (int i = 0; i < registers.size(); i++) {
            Tracee task = seed.tasks().get(i);
            TaskState state = process.tasks().get(i);
            Ptrace ptrace = task.ptrace();
            ptrace.setRegisters(task.tid(), registers.get(i));
            if (!state.xstate().isEmpty()) {
                // Its components are known to be supported here; another machine's area may be longer or shorter.
                ptrace.setXstate(task.tid(), Arrays.copyOf(state.xstate().toArray(), xstateSize));
            }
            if (!process.stopped()) {
                ptrace.setSignalMask(task.tid(), maskOf(i));
            }
        }
    }

    private long maskOf(int task) {
        return task == 0 && process.leaderHasEnded()
                ? -1
                : process.tasks().get(task).signalMask();
    }

    /**
     * Lets all tasks go, the leader last; one that has ended first, so that nobody sees it alive. Those that run already may end their process,
     * and others of the program, before we have let go of all: so they would have without us.
     */
    void letGo() throws KernelException {
        List<Tracee> tasks = new ArrayList<>(seed.tasks().reversed());
        if (process.leaderHasEnded()) {
            letGo(tasks.removeLast());
            awaitState('Z');
        }
        if (process.stopped()) {
            stop(tasks);
        }
        for (Tracee task : tasks) {
            letGo(task);
        }
        seed.release();
    }

    private void letGo(Tracee task) throws KernelException {
        try {
            task.ptrace().detach(task.tid(), 0);
        } catch (TaskDiedException ends) {
            if (staysInStop(task)) {
                throw ends;
            }
            seed.leaveBehind();
        }
    }

    // One that has been killed is seen in its stop for a moment.
    private boolean staysInStop(Tracee task) {
        long start = System.nanoTime();
        try {
            while (ProcStatus.of(seed.pid(), task.tid()).state() == TRACING_STOP) {
                if (System.nanoTime() - start > ENDING_NANOS) {
                    return true;
                }
                Thread.onSpinWait();
            }
        } catch (KernelException gone) {
            // it has ended
        }
        return false;
    }

    // While it takes no other signal, even if some come first: those wait for its SIGCONT. The first task takes it
    // before
    // an instruction of its own, and stops all others before one of theirs; stopped they are let go.
    private void stop(List<Tracee> tasks) throws KernelException {
        try {
            Door.call(SYS_kill, seed.pid(), SIGSTOP);
            for (Tracee task : tasks) {
                task.ptrace().resume(task.tid(), 0);
                task.awaitEventStop();
            }
            for (int i = 0; i < seed.tasks().size(); i++) {
                Tracee task = seed.tasks().get(i);
                if (tasks.contains(task)) {
                    task.ptrace().setSignalMask(task.tid(), maskOf(i));
                }
            }
        } catch (TaskDiedException killed) {
            seed.leaveBehind();
        }
    }

    /** Waits until the process, which was let go, stands still, if it is a stopped one. */
    void awaitStopped() {
        if (process.stopped() && !process.leaderHasEnded()) {
            awaitState('T');
        }
    }

    private void awaitState(char state) {
        long start = System.nanoTime();
        try {
            while (ProcStatus.of(seed.pid(), seed.pid()).state() != state
                    && System.nanoTime() - start < PATIENCE_NANOS) {
                Thread.onSpinWait();
            }
        } catch (KernelException gone) {
            // killed from outside
        }
    }
}
