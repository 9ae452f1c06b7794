package dev.reprise.engine.tracee;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rt_sigaction;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rt_sigprocmask;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_tgkill;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Slot;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.ProcStatus;
import dev.reprise.kernel.Signal;
import dev.reprise.kernel.TaskDiedException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the ways back of a thread heed whose process was stopped (SIGSTOP) before the freeze: it takes no signal before its SIGCONT, and at
 * once then those that were pending.
 *
 * <p>The kernel marks LIFE a moment before it lets go of what a dying tracer has traced (exit_mm, exit_notify). A signal that a thread would
 * take in that moment it takes for good, the stop notwithstanding: what the tracer has been told of is delivered when it is gone.
 *
 * @param due the signals with a handler that end its call at the SIGCONT, as a mask
 * @param unseen a signal that nobody would see it take; 0 where there is none
 * @param process its process, as it calls itself
 * @param thread its own id there
 */
record AfterStop(long due, int unseen, int process, int thread) {
    /** It was not stopped. */
    static final AfterStop NOTHING = new AfterStop(0, 0, 0, 0);

    private static final int SIG_SETMASK = 2;
    private static final int FLAGS = 8;
    /** Ignored where nothing else is said, the least used first. */
    private static final int[] IGNORED = {Signal.SIGWINCH, Signal.SIGURG, Signal.SIGCHLD};
    /** Each of them does something when it is sent: SIGCONT takes back the others and they that. */
    private static final long STOPS =
            bit(Signal.SIGCONT) | bit(Signal.SIGSTOP) | bit(Signal.SIGTSTP) | bit(Signal.SIGTTIN) | bit(Signal.SIGTTOU);

    /** {@code caught}: the signals for which its process has handlers. */
    static AfterStop of(Freeze freeze, Tracee tracee, long caught) throws KernelException {
        if (!freeze.wasStopped()) {
            return NOTHING;
        }
        long blocked = 0;
        long blockedByOthers = -1;
        for (Tracee one : freeze.tracees()) {
            blocked |= one.mask();
            blockedByOthers &= one == tracee ? -1 : one.mask();
        }
        // What others do not block may be theirs.
        long pending = set(tracee.pendingSignals()) | set(freeze.sharedPendingSignals()) & blockedByOthers;
        ProcStatus status = status(freeze.pid(), tracee.tid());
        int process = status.innermost("NStgid");
        int thread = status.innermost("NSpid");
        int unseen = unseen(Freeze.hex(status.text(), "SigIgn"), caught | blocked);
        if (unseen != 0 && freeze.isForbidden(tracee.tid(), SYS_tgkill, process, thread, unseen)) {
            unseen = 0;
        }
        return new AfterStop(pending & caught & ~tracee.mask() & ~STOPS, unseen, process, thread);
    }

    private static ProcStatus status(int pid, int tid) throws KernelException {
        try {
            return ProcStatus.of(pid, tid);
        } catch (KernelException gone) {
            gone.requireAnswer();
            throw new TaskDiedException("status", tid);
        }
    }

    private static int unseen(long ignored, long seen) {
        for (int signal : IGNORED) {
            if ((seen & bit(signal)) == 0) {
                return signal;
            }
        }
        long left = ignored & ~seen & ~STOPS;
        return left == 0 ? 0 : Long.numberOfTrailingZeros(left) + 1;
    }

    private static long bit(int signal) {
        return 1L << (signal - 1);
    }

    private static long set(List<byte[]> signals) {
        long set = 0;
        for (byte[] siginfo : signals) {
            set |= bit(ByteBuffer.wrap(siginfo).order(ByteOrder.nativeOrder()).getInt());
        }
        return set;
    }

    /**
     * Adds to a way home: no further before nobody traces the thread, and it has been continued. To a traced thread the kernel gives even signals
     * that are ignored, and it stands until its tracer says more, or has gone; to one that is not traced it gives none.
     */
    void awaitEndOfTracing(ProgramBuilder p) {
        if (unseen != 0) {
            Slot masks = p.longs(~bit(unseen), Tracee.ALL_SIGNALS);
            p.attempt(SYS_tgkill, process, thread, unseen);
            setMask(p, masks);
            setMask(p, masks.plus(Long.BYTES));
        }
    }

    private static void setMask(ProgramBuilder p, Slot mask) {
        p.attempt(SYS_rt_sigprocmask, Arg.of(SIG_SETMASK), mask, Arg.of(0), Arg.of(Signal.SIGSET_SIZE));
    }

    /** Whether a call that it was in has ended with EINTR when it is continued; it is asked by its parked host where that depends on a handler. */
    boolean endsCall(long[] registers, ProgramRunner host) throws KernelException {
        SystemCallStop stop = SystemCallStop.of(registers);
        if (due == 0 || stop.endsWithAnyHandler()) {
            return due != 0;
        }
        return stop == SystemCallStop.RESTARTS_BY_HANDLER && isAnyWithoutRestart(host);
    }

    private boolean isAnyWithoutRestart(ProgramRunner host) throws KernelException {
        ProgramBuilder p = new ProgramBuilder();
        Map<Integer, Slot> actions = new HashMap<>();
        for (int signal = 1; signal <= Signal.LAST; signal++) {
            if ((due & bit(signal)) != 0) {
                Slot action = p.space(Signal.SIGACTION_SIZE);
                p.call(SYS_rt_sigaction, Arg.of(signal), Arg.of(0), action, Arg.of(Signal.SIGSET_SIZE));
                actions.put(signal, action);
            }
        }
        p.end();
        ProgramResults results = host.run(p.build());
        return actions.values().stream()
                .anyMatch(action -> (results.slot(action).get(JAVA_LONG, FLAGS) & Signal.SA_RESTART) == 0);
    }
}
