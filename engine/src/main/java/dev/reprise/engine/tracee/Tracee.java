package dev.reprise.engine.tracee;

import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.ProcStat;
import dev.reprise.kernel.Ptrace;
import dev.reprise.kernel.Signal;
import dev.reprise.kernel.TaskDiedException;
import dev.reprise.kernel.WaitStatus;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One seized thread. Its registers are those of the freeze, until it is let go. */
public final class Tracee {
    /** No signal may reach a thread that is not in its own code. */
    static final long ALL_SIGNALS = -1;

    private static final char TRACING_STOP = 't';
    private static final long SPIN_NANOS = 300_000;
    private static final long PAUSE_NANOS = 50_000;
    /** So long nobody asks whether it has died. */
    static final long DEATH_NANOS = 2_000_000;

    private final Ptrace ptrace;
    private final int tid;
    private final boolean leader;
    private long[] registers = new long[0];
    private long mask;
    private byte[] xstate = new byte[0];
    private List<byte[]> pendingSignals = List.of();
    private long[] rseq = new long[4];
    private @Nullable Control control;

    /** {@code leader}: it stands for its process, whose end somebody else waits for. */
    public Tracee(Ptrace ptrace, int tid, boolean leader) {
        this.ptrace = ptrace;
        this.tid = tid;
        this.leader = leader;
    }

    /** The thread's id, as the tool sees it. */
    public int tid() {
        return tid;
    }

    /** The requests of the tracer thread. */
    public Ptrace ptrace() {
        return ptrace;
    }

    /** A copy of the registers at the freeze. */
    public long[] registers() {
        return registers.clone();
    }

    /** The signal mask at the freeze. */
    public long mask() {
        return mask;
    }

    /** The XSAVE area at the freeze. */
    public byte[] xstate() {
        return xstate.clone();
    }

    /** The signals queued for this thread alone, siginfo_t each, at the freeze. */
    public List<byte[]> pendingSignals() {
        return pendingSignals;
    }

    /** The rseq registration: address, length, signature, flags. */
    public long[] rseq() {
        return rseq.clone();
    }

    /**
     * Records the stopped thread: {@code registers} as they are to be loaded again, at the abort handler of a
     * restartable sequence that they stand in.
     */
    void freezeAs(long[] registers, long mask) throws KernelException {
        this.mask = mask;
        xstate = ptrace.xstate(tid);
        pendingSignals = ptrace.pendingSignals(tid, false);
        rseq = ptrace.rseq(tid);
        this.registers = RestartableSequence.left(registers, rseq[0], tid);
    }

    /** The thread's control block while it is in the segment. */
    public @Nullable Control control() {
        return control;
    }

    void setControl(@Nullable Control control) {
        this.control = control;
    }

    /** The next report, if there is one already. */
    @Nullable
    WaitStatus poll() throws KernelException {
        return leader ? WaitStatus.pollStop(tid) : WaitStatus.poll(tid);
    }

    /** Whether the thread, which has been killed, is gone; its report is taken if it is. */
    boolean hasDied() throws KernelException {
        try {
            WaitStatus status = WaitStatus.pollOwn(tid);
            return status != null && !status.isStopped();
        } catch (TaskDiedException gone) {
            return true; // somebody else has waited for it
        }
    }

    /** Waits for the next report. */
    WaitStatus next() throws KernelException {
        return leader ? nextOfLeader() : WaitStatus.ofOwn(tid);
    }

    private WaitStatus nextOfLeader() throws KernelException {
        WaitStatus status = null;
        while (status == null) {
            status = nextWithin(Long.MAX_VALUE);
        }
        return status;
    }

    /** The next report, or {@code null} if there is none for so long. */
    @Nullable
    WaitStatus nextWithin(long nanos) throws KernelException {
        long start = System.nanoTime();
        while (true) {
            WaitStatus status = poll();
            long waited = System.nanoTime() - start;
            if (status != null || waited >= nanos) {
                return status;
            }
            if (waited < SPIN_NANOS) {
                Thread.onSpinWait();
                continue;
            }
            if (waited > DEATH_NANOS) {
                requireAlive();
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /**
     * That it has not died without a report. The kernel tells of a leader's end only when somebody has waited for all its other
     * threads (delay_group_leader), which is for us to do: until then /proc alone shows it.
     */
    void requireAlive() throws KernelException {
        if (leader && hasEnded()) {
            throw new TaskDiedException("waitid", tid);
        }
    }

    private boolean hasEnded() throws KernelException {
        try {
            return ProcStat.ofTask(tid, tid).isZombie();
        } catch (KernelException gone) {
            gone.requireAnswer();
            return true;
        }
    }

    /** Waits for the next report; a death is a {@link TaskDiedException}. */
    public WaitStatus await() throws KernelException {
        WaitStatus status = next();
        if (!status.isStopped()) {
            throw new TaskDiedException("wait4 (" + status + ")", tid);
        }
        if (status.event() == Ptrace.EVENT_EXEC) {
            throw new TaskDiedException("exec", tid);
        }
        return status;
    }

    /** After PTRACE_INTERRUPT: waits for the event stop, passing on signals that are delivered before it. */
    public WaitStatus awaitEventStop() throws KernelException {
        while (true) {
            WaitStatus status = await();
            if (status.isEventStop()) {
                return status;
            }
            ptrace.interrupt(tid); // any other stop has taken the one before with it (ptrace_stop)
            ptrace.resume(tid, status.isSignalStop() ? status.stopSignal() : 0);
        }
    }

    /**
     * Whether it stands already, where that is not known because something has failed: from one that does, no interruption brings another
     * report before it goes on.
     */
    boolean stands() throws KernelException {
        char state;
        try {
            state = ProcStat.ofTask(tid, tid).state();
        } catch (KernelException gone) {
            gone.requireAnswer();
            throw new TaskDiedException("waitid", tid);
        }
        if (state != TRACING_STOP) {
            return false;
        }
        WaitStatus status = poll();
        if (status == null || status.isEventStop() || status.isSyscallStop()) {
            return true;
        }
        ptrace.resume(tid, status.isSignalStop() ? status.stopSignal() : 0);
        return false;
    }

    /** Interrupts and waits for the event stop. */
    public WaitStatus stop() throws KernelException {
        ptrace.interrupt(tid);
        return awaitEventStop();
    }

    /**
     * Lets the thread run to the next entry to or exit from a system call. With {@code passSignals} signals are
     * delivered on the way, without only SIGSTOP, which nobody can block; returns whether one was.
     */
    public boolean runToSyscallStop(boolean passSignals) throws KernelException {
        ptrace.resumeToSyscall(tid, 0);
        return awaitSyscallStop(passSignals);
    }

    /** Waits for that stop of a thread that runs to it already. */
    public boolean awaitSyscallStop(boolean passSignals) throws KernelException {
        boolean delivered = false;
        while (true) {
            WaitStatus status = await();
            if (status.isSyscallStop()) {
                return delivered;
            }
            int signal = 0;
            if (status.isSignalStop()) {
                if (!passSignals && status.stopSignal() != Signal.SIGSTOP) {
                    throw new TaskDiedException("unexpected signal " + status.stopSignal(), tid);
                }
                signal = status.stopSignal();
                delivered = true;
            }
            ptrace.resumeToSyscall(tid, signal);
        }
    }

    /** Loads the registers and the mask of the freeze; the thread must be in an event or signal stop. */
    void restoreFrozenState() throws KernelException {
        ptrace.setSignalMask(tid, mask);
        ptrace.setRegisters(tid, registers);
    }

    @Override
    public String toString() {
        return "task " + tid;
    }
}
