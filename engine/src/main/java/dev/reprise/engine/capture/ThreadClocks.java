package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_getpid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_timer_gettime;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_timer_settime;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.engine.model.Refusal;
import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.tracee.Freeze;
import dev.reprise.engine.tracee.Takeover;
import dev.reprise.engine.tracee.Tracee;
import dev.reprise.kernel.Clock;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.ProcStat;
import dev.reprise.kernel.ProcStatus;
import dev.reprise.kernel.ProcTimers;
import java.util.ArrayList;
import java.util.List;

/**
 * Whose CPU time a timer of CLOCK_THREAD_CPUTIME_ID counts, which the kernel tells nobody: while all threads are parked,
 * each runs for a moment, and the timer's rest becomes less only for its own thread.
 */
final class ThreadClocks {
    // CPUCLOCK_PERTHREAD_MASK | CPUCLOCK_SCHED (posix-timers.h); above them stands the inverted thread id
    private static final int THREAD_CLOCK = 6;
    private static final int ID_SHIFT = 3;
    private static final long FAR_SECONDS = 1L << 20;
    private static final int WORK = 8;

    private final int pid;
    private final Freeze freeze;
    private final Takeover takeover;

    ThreadClocks(int pid, Freeze freeze, Takeover takeover) {
        this.pid = pid;
        this.freeze = freeze;
        this.takeover = takeover;
    }

    /** The timers, those of a thread's own clock now with that thread's; all threads are inside and parked. */
    List<ProcessProbe.TimerState> named(List<ProcessProbe.TimerState> states) throws KernelException, CannotCapture {
        List<ProcessProbe.TimerState> named = new ArrayList<>(states.size());
        for (ProcessProbe.TimerState state : states) {
            boolean isOneOfMany = state.timer().clock() == Clock.CLOCK_THREAD_CPUTIME_ID
                    && freeze.tracees().size() > 1;
            named.add(isOneOfMany ? withClock(state, clockOf(owner(state))) : state);
        }
        return named;
    }

    private static ProcessProbe.TimerState withClock(ProcessProbe.TimerState state, int clock) {
        ProcTimers.Timer t = state.timer();
        return new ProcessProbe.TimerState(
                new ProcTimers.Timer(t.id(), t.signal(), t.value(), t.notification(), t.target(), clock),
                state.intervalNanos(),
                state.remainingNanos(),
                state.overrun());
    }

    private int clockOf(Tracee tracee) throws KernelException {
        return ~ProcStatus.of(pid, tracee.tid()).innermost("NSpid") << ID_SHIFT | THREAD_CLOCK;
    }

    private Tracee owner(ProcessProbe.TimerState state) throws KernelException, CannotCapture {
        boolean isArmed = state.remainingNanos() != 0;
        if (!isArmed && (state.overrun() != 0 || isPending(state.timer().signal()))) {
            throw unknown(state); // arming it for the question would take these from the program
        }
        for (Tracee tracee : freeze.tracees()) {
            awaitSleepOfAllBut(tracee);
            if (counts(tracee, state.timer().id(), isArmed)) {
                return tracee;
            }
        }
        throw unknown(state);
    }

    private static CannotCapture unknown(ProcessProbe.TimerState state) {
        return new CannotCapture(List.of(new Refusal(
                "timer of a thread's CPU time",
                "timer " + state.timer().id(),
                "the kernel does not tell whose thread's it is",
                "")));
    }

    private boolean isPending(int signal) {
        List<byte[]> pending = new ArrayList<>(freeze.sharedPendingSignals());
        freeze.tracees().forEach(tracee -> pending.addAll(tracee.pendingSignals()));
        return pending.stream().anyMatch(siginfo -> siginfo[0] == signal);
    }

    // One that has just been done with its program may still be on its way to sleep.
    private void awaitSleepOfAllBut(Tracee tracee) throws KernelException {
        for (Tracee other : freeze.tracees()) {
            while (other != tracee && ProcStat.of(other.tid()).state() == 'R') {
                Thread.onSpinWait();
            }
        }
    }

    private boolean counts(Tracee tracee, int timer, boolean isArmed) throws KernelException {
        ProgramBuilder p = new ProgramBuilder();
        Arg id = Arg.of(timer);
        if (!isArmed) {
            p.call(SYS_timer_settime, id, Arg.of(0), p.longs(0, 0, FAR_SECONDS, 0), Arg.of(0));
        }
        Slot before = p.longs(0, 0, 0, 0);
        Slot after = p.longs(0, 0, 0, 0);
        p.call(SYS_timer_gettime, id, before);
        for (int i = 0; i < WORK; i++) {
            p.call(SYS_getpid);
        }
        p.call(SYS_timer_gettime, id, after);
        if (!isArmed) {
            p.call(SYS_timer_settime, id, Arg.of(0), p.longs(0, 0, 0, 0), Arg.of(0));
        }
        p.end();
        Program program = p.build();
        ProgramResults results = tracee == takeover.host() ? takeover.run(program) : takeover.run(tracee, program);
        return rest(results, after) != rest(results, before);
    }

    private static long rest(ProgramResults results, Slot slot) {
        return results.slot(slot).get(JAVA_LONG, 16) * Clock.NANOS
                + results.slot(slot).get(JAVA_LONG, 24);
    }
}
