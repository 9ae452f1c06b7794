package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_clock_gettime;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rt_sigtimedwait;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_timer_gettime;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_timer_settime;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.engine.tracee.Freeze;
import dev.reprise.engine.tracee.Takeover;
import dev.reprise.engine.tracee.Tracee;
import dev.reprise.image.state.PendingSignal;
import dev.reprise.kernel.Clock;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.ProcTimers;
import dev.reprise.kernel.Signal;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Periodic timers whose signal is pending: how often they have run over since, which only the taken signal tells.
 *
 * <p>The signal is taken and at once sent again by the timer itself, set to an expiry in the past: the program loses
 * neither the signal nor a single overrun nor the timer's rhythm, and an image does the same ({@code remainingNanos}
 * below 0) instead of queueing a copy of the signal.
 */
final class PendingTimers {
    private static final int SI_TIMER = -2;
    private static final int SI_CODE = 8;
    private static final int SI_TIMER_ID = 16;
    private static final int SI_OVERRUN = 20;
    private static final int TIMER_ABSTIME = 1;
    /** EAGAIN */
    private static final long NOT_PENDING = -11;

    private final Freeze freeze;
    private final Takeover takeover;
    private final List<byte[]> sentAgain = new ArrayList<>(0);

    PendingTimers(Freeze freeze, Takeover takeover) {
        this.freeze = freeze;
        this.takeover = takeover;
    }

    /** The timers, those with a pending signal by their first expiry; all threads are inside and parked. */
    List<ProcessProbe.TimerState> settled(List<ProcessProbe.TimerState> states) throws KernelException {
        List<ProcessProbe.TimerState> settled = new ArrayList<>(states.size());
        for (ProcessProbe.TimerState state : states) {
            settled.add(settled(state));
        }
        return settled;
    }

    /** Pending signals without those that a timer will send again. */
    List<byte[]> without(List<byte[]> siginfos) {
        List<byte[]> others = new ArrayList<>(siginfos);
        others.removeAll(sentAgain); // the same arrays
        return others;
    }

    private ProcessProbe.TimerState settled(ProcessProbe.TimerState state) throws KernelException {
        if (state.intervalNanos() == 0 || !isOfTheWall(state.timer().clock())) {
            return state; // a CPU clock begins anew in a restored process: its signal is queued as it is
        }
        if (isOwn(freeze.sharedPendingSignals(), state.timer())) {
            return sendAgain(state, takeover.host(), freeze.sharedPendingSignals());
        }
        for (Tracee tracee : freeze.tracees()) {
            if (isOwn(tracee.pendingSignals(), state.timer())) {
                return sendAgain(state, tracee, tracee.pendingSignals());
            }
        }
        return state;
    }

    private static boolean isOfTheWall(int clock) {
        return clock >= 0 && clock != Clock.CLOCK_PROCESS_CPUTIME_ID && clock != Clock.CLOCK_THREAD_CPUTIME_ID;
    }

    // Only when it is the one signal of its number: otherwise another one would be taken, or the order change.
    private static boolean isOwn(List<byte[]> siginfos, ProcTimers.Timer timer) {
        boolean isOwn = false;
        for (byte[] siginfo : siginfos) {
            if (siginfo[0] == timer.signal()) {
                if (isOwn || !isOf(MemorySegment.ofArray(siginfo), timer.id())) {
                    return false;
                }
                isOwn = true;
            }
        }
        return isOwn;
    }

    private static boolean isOf(MemorySegment siginfo, int timer) {
        return siginfo.get(JAVA_INT_UNALIGNED, SI_CODE) == SI_TIMER
                && siginfo.get(JAVA_INT_UNALIGNED, SI_TIMER_ID) == timer;
    }

    private ProcessProbe.TimerState sendAgain(ProcessProbe.TimerState state, Tracee tracee, List<byte[]> siginfos)
            throws KernelException {
        ProcTimers.Timer timer = state.timer();
        long interval = state.intervalNanos();
        Arg id = Arg.of(timer.id());
        ProgramBuilder p = new ProgramBuilder();
        Slot info = p.space(PendingSignal.SIZE);
        Slot rest = p.space(32);
        Slot now = p.space(16);
        Label gone = p.label();
        Step taken = p.attempt(
                SYS_rt_sigtimedwait, p.longs(1L << timer.signal() - 1), info, now, Arg.of(Signal.SIGSET_SIZE));
        p.jumpIfEqual(taken, Arg.of(NOT_PENDING), gone);
        p.call(SYS_timer_gettime, id, rest);
        p.call(SYS_clock_gettime, Arg.of(timer.clock()), now);
        // Pending again at once, whatever happens to us; how often it ran over follows.
        p.call(SYS_timer_settime, id, Arg.of(0), p.longs(times(interval, 1)), Arg.of(0));
        p.place(gone);
        p.end();
        ProgramResults results = run(tracee, p);
        if (results.result(taken) == NOT_PENDING) {
            return state; // delivered on the host's way in
        }
        long overruns = Integer.toUnsignedLong(results.slot(info).get(JAVA_INT_UNALIGNED, SI_OVERRUN));
        long remaining = nanos(results.slot(rest), 16) - (overruns + 1) * interval;
        long first = nanos(results.slot(now), 0) + Math.min(-1, remaining);

        ProgramBuilder again = new ProgramBuilder();
        again.call(SYS_timer_settime, id, Arg.of(TIMER_ABSTIME), again.longs(times(interval, first)), Arg.of(0));
        again.end();
        run(tracee, again);
        for (byte[] siginfo : siginfos) {
            if (siginfo[0] == timer.signal()) {
                sentAgain.add(siginfo);
            }
        }
        return new ProcessProbe.TimerState(timer, interval, Math.min(-1, remaining), state.overrun());
    }

    private ProgramResults run(Tracee tracee, ProgramBuilder p) throws KernelException {
        return tracee == takeover.host() ? takeover.run(p.build()) : takeover.run(tracee, p.build());
    }

    private static long nanos(MemorySegment time, long at) {
        return time.get(JAVA_LONG, at) * Clock.NANOS + time.get(JAVA_LONG, at + 8);
    }

    private static long[] times(long interval, long first) {
        return new long[] {interval / Clock.NANOS, interval % Clock.NANOS, first / Clock.NANOS, first % Clock.NANOS};
    }
}
