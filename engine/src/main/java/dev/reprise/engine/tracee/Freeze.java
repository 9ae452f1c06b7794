package dev.reprise.engine.tracee;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_restart_syscall;

import dev.reprise.kernel.Errno;
import dev.reprise.kernel.IoWorker;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStat;
import dev.reprise.kernel.ProcStatus;
import dev.reprise.kernel.Ptrace;
import dev.reprise.kernel.Seccomp;
import dev.reprise.kernel.TaskDiedException;
import dev.reprise.kernel.WaitStatus;
import dev.reprise.kernel.x86_64.UserRegs;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Seizes and stops every thread of a process, until a pass over /proc finds no new one.
 *
 * <p>Untouched but for calls that the stop ended with EINTR, and sleeps that a seccomp filter would not let go on: what becomes of
 * those is left to the kernel right after the thread's own stop. Whatever happens to us now, the kernel lets all threads go on.
 */
public final class Freeze {
    private static final int SIGTRAP = 5;
    private static final int SEIZES = 3;
    private static final long EXEC_NANOS = 2_000_000_000;
    private static final char TRACING_STOP = 't';
    private static final char UNINTERRUPTIBLE = 'D';

    private final Tracer tracer;
    private final int pid;
    private final Map<Integer, Tracee> tracees = new HashMap<>();
    private final Map<Integer, Long> slept = new HashMap<>();
    private final List<Tracee> order = new ArrayList<>();
    private final ProcessorClocks clocks = new ProcessorClocks();
    private List<byte[]> sharedPendingSignals = List.of();
    private boolean stopped;
    private boolean filtered;
    private boolean hasLostThread;

    public Freeze(Tracer tracer, int pid) {
        this.tracer = tracer;
        this.pid = pid;
    }

    /** Stops all threads; the leader comes first in {@link #tracees()}. */
    public void freeze() throws KernelException {
        boolean found = true;
        while (found) {
            found = freezeNew();
        }
        settle();
    }

    /** Stops the threads that have not been seen yet; false when there were none. */
    boolean freezeNew() throws KernelException {
        if (tracees.isEmpty()) {
            filtered = isFiltered();
        }
        boolean found = false;
        for (int tid : Proc.numbers("/proc/" + pid + "/task")) {
            if (!tracees.containsKey(tid)) {
                found = true;
                add(tid);
            }
        }
        return beginAgainAfterExec() || found;
    }

    // When another thread than the leader execs, all end, and it goes on under the leader's id: what we knew is void.
    private boolean beginAgainAfterExec() throws KernelException {
        if (!hasLostThread) {
            return false;
        }
        hasLostThread = false;
        WaitStatus status;
        try {
            status = WaitStatus.pollStop(pid);
        } catch (TaskDiedException gone) {
            return false;
        }
        if (status == null || status.event() != Ptrace.EVENT_EXEC) {
            return false;
        }
        takeAfterExec();
        return true;
    }

    private void takeAfterExec() throws KernelException {
        Tracee tracee = new Tracee(tracer.ptrace(), pid, true);
        tracees.clear();
        tracees.put(pid, tracee);
        order.clear();
        order.add(tracee);
        SleepClock before = SleepClock.of(pid, pid);
        tracer.ptrace().resume(pid, 0);
        new Stopping(pid, tracee).stop();
        record(tracee, before);
    }

    // A leader that we trace already was another thread, which we had stopped and lost when it execed, in a freeze of
    // this process that has been given up since.
    private boolean isOurs() throws KernelException {
        return ProcStatus.of(pid, pid).tracer() == tracer.tid();
    }

    private void takeOurs() throws KernelException {
        long start = System.nanoTime();
        while (state(pid) != TRACING_STOP) { // it is on its way there
            if (System.nanoTime() - start > EXEC_NANOS) {
                throw new TaskDiedException("exec", pid);
            }
            Thread.onSpinWait();
        }
        WaitStatus.pollStop(pid);
        takeAfterExec();
    }

    /** All threads stand: reads what belongs to the process as a whole. */
    void settle() throws KernelException {
        if (order.isEmpty()) {
            throw new TaskDiedException("freeze", pid);
        }
        order.sort((a, b) -> a.tid() == pid ? -1 : b.tid() == pid ? 1 : Integer.compare(a.tid(), b.tid()));
        lookAtSharedSignals(order.getFirst());
    }

    /** Again, where one that stands was delivered a signal since: it is pending no more. */
    void lookAtSharedSignals(Tracee stopped) throws KernelException {
        sharedPendingSignals = tracer.ptrace().pendingSignals(stopped.tid(), true);
    }

    // Filters would judge our calls: they rest while we are the tracer.
    private boolean isFiltered() throws KernelException {
        for (int tid : Proc.numbers("/proc/" + pid + "/task")) {
            try {
                if (ProcStatus.of(pid, tid).seccomp() == Seccomp.MODE_FILTER) {
                    return true;
                }
            } catch (KernelException gone) {
                gone.requireAnswer();
                // so are its filters
            }
        }
        return false;
    }

    private void add(int tid) throws KernelException {
        Tracee tracee = new Tracee(tracer.ptrace(), tid, tid == pid);
        tracees.put(tid, tracee);
        try {
            if (isKernels(tid)) {
                return; // it has no way home, and nothing to do: what is in flight is refused
            }
            SleepClock before = SleepClock.of(pid, tid);
            int options = Ptrace.O_TRACESYSGOOD | Ptrace.O_TRACEEXEC;
            seize(tid, filtered ? options | Ptrace.O_SUSPEND_SECCOMP : options);
            order.add(tracee);
            WaitStatus status = new Stopping(pid, tracee).stop();
            stopped |= status.stopSignal() != SIGTRAP;
            record(tracee, before);
        } catch (TaskDiedException died) {
            // A thread may end at any time, and so may a process.
            order.remove(tracee);
            hasLostThread = true;
            tracer.leaveBehind(); // or it execs: then it is the leader, and still ours
        } catch (KernelException failure) {
            if (failure.errno() == Errno.EPERM && tid == pid && isOurs()) {
                takeOurs();
            } else if (order.contains(tracee) || !hasEnded(tid)) {
                throw failure;
            }
        }
    }

    private boolean isKernels(int tid) throws KernelException {
        try {
            return tid != pid && IoWorker.isOne(pid, tid);
        } catch (KernelException gone) {
            gone.requireAnswer();
            return false;
        }
    }

    // While another thread execs the leader is a zombie for a moment, and then is that thread.
    private void seize(int tid, int options) throws KernelException {
        KernelException denied = null;
        for (int i = 0; i < SEIZES; i++) {
            try {
                tracer.ptrace().seize(tid, options);
                return;
            } catch (KernelException failure) {
                if (failure.errno() != Errno.EPERM) {
                    throw failure;
                }
                if (hasEnded(tid)) {
                    throw new TaskDiedException("PTRACE_SEIZE", tid);
                }
                denied = failure;
            }
        }
        throw Objects.requireNonNull(denied);
    }

    // A leader that has ended before its threads stays as a zombie, which nobody can seize (EPERM).
    private boolean hasEnded(int tid) throws KernelException {
        try {
            return ProcStat.ofTask(pid, tid).isZombie();
        } catch (KernelException gone) {
            gone.requireAnswer();
            return true;
        }
    }

    /** Whether it has no thread that lives. */
    boolean isEmpty() {
        return order.isEmpty();
    }

    /** The process. */
    public int pid() {
        return pid;
    }

    /** Whether the leader has ended, while others live on. */
    public boolean leaderHasEnded() {
        return order.getFirst().tid() != pid;
    }

    // At once, before anything is looked up: should we die with the registers as they are, the program sees an EINTR.
    private void record(Tracee tracee, SleepClock before) throws KernelException {
        Ptrace ptrace = tracer.ptrace();
        int tid = tracee.tid();
        long[] registers = ptrace.registers(tid);
        if (RestartedCall.isNext(registers, pid)) {
            SystemCallStop.beforeRestart(registers);
            ptrace.setRegisters(tid, registers);
        }
        if (InterruptedCalls.endedByStop(registers)) {
            ptrace.setRegisters(tid, InterruptedCalls.undecided(registers, -1));
            registers = InterruptedCalls.undecided(registers, slept(tid, before, registers));
            ptrace.setRegisters(tid, registers);
        } else if (SystemCallStop.of(registers) == SystemCallStop.RESTART_BLOCK) {
            long slept = slept(tid, before, registers);
            // By restart_syscall(2) the kernel goes on with a sleep: a filter need not know its number, and the thread
            // would die.
            if (registers[UserRegs.ORIG_RAX] != SYS_restart_syscall && isForbidden(tid, SYS_restart_syscall)) {
                registers = InterruptedCalls.withoutRestartBlock(registers, slept);
                ptrace.setRegisters(tid, registers);
            } else {
                this.slept.put(tid, slept);
            }
        }
        tracee.freezeAs(registers, ptrace.signalMask(tid));
    }

    private long slept(int tid, SleepClock before, long[] registers) throws KernelException {
        return before.sleptUntil(SleepClock.of(pid, tid), registers, clocks);
    }

    /** Whether a stopped thread's seccomp filters, which rest as long as we trace, would do anything but allow a call. */
    boolean isForbidden(int tid, int number, long... arguments) throws KernelException {
        for (int i = 0; filtered; i++) {
            Optional<byte[]> filter = tracer.ptrace().seccompFilter(tid, i);
            if (filter.isEmpty()) {
                return false;
            }
            int action = FilterRun.action(filter.get(), number, arguments);
            if (action != Seccomp.RET_ALLOW && action != Seccomp.RET_LOG) {
                return true;
            }
        }
        return false;
    }

    static long hex(String status, String name) {
        int at = status.indexOf("\n" + name + ":") + name.length() + 2;
        int end = status.indexOf('\n', at);
        return Long.parseUnsignedLong(status.substring(at, end).trim(), 16);
    }

    /** The frozen threads, the leader first, then by tid. */
    public List<Tracee> tracees() {
        return List.copyOf(order);
    }

    /** The thread group leader, or where that has ended the first that lives: its files in /proc are the process's. */
    public Tracee leader() {
        return order.getFirst();
    }

    /** The signals queued for the process as a whole, siginfo_t each. */
    public List<byte[]> sharedPendingSignals() {
        return sharedPendingSignals;
    }

    /** Whether any thread may have seccomp filters, which rest as long as we trace. */
    public boolean hasFilters() {
        return filtered;
    }

    /** Whether the process was in a group stop (SIGSTOP) already. */
    public boolean wasStopped() {
        return stopped;
    }

    /** How long a thread stopped in a {@link SystemCallStop#RESTART_BLOCK} call had slept, in nanoseconds; -1 unknown. */
    public long sleptNanos(Tracee tracee) {
        return slept.getOrDefault(tracee.tid(), -1L);
    }

    /**
     * Lets all threads go on, whatever fails for one of them; the first failure is thrown in the end. Those that have died
     * meanwhile are nobody's concern.
     */
    public void thaw() throws KernelException {
        KernelException first = null;
        for (Tracee tracee : order) {
            try {
                letGo(tracee);
            } catch (TaskDiedException died) {
                // It has nothing left to go on with; or it has executed another program, and is the leader now.
                tracer.leaveBehind();
            } catch (KernelException failure) {
                tracer.leaveBehind();
                first = first == null ? failure : first;
            }
        }
        order.clear();
        if (first != null) {
            throw first;
        }
    }

    // One that we could not stop runs on its way home, traced until our thread ends: the next checkpoint would find it
    // so.
    private void letGo(Tracee tracee) throws KernelException {
        Ptrace ptrace = tracer.ptrace();
        try {
            ptrace.detach(tracee.tid(), 0);
        } catch (TaskDiedException runs) {
            // One that stands still would tell of no other stop; one that cannot be stopped goes when our thread ends.
            char state = state(tracee.tid());
            if (state == UNINTERRUPTIBLE) {
                tracer.leaveBehind();
                return;
            }
            if (state != TRACING_STOP) {
                tracee.stop();
            }
            ptrace.detach(tracee.tid(), 0);
        }
    }

    private char state(int tid) {
        try {
            return ProcStat.ofTask(pid, tid).state();
        } catch (KernelException ended) {
            return 'X';
        }
    }
}
