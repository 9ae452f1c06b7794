package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_brk;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_getitimer;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_membarrier;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_modify_ldt;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_prctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_prlimit64;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rt_sigaction;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_timer_getoverrun;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_timer_gettime;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_waitid;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.IntervalTimer;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PendingSignal;
import dev.reprise.image.state.ProcessModes;
import dev.reprise.image.state.ResourceLimit;
import dev.reprise.image.state.SemaphoreUndo;
import dev.reprise.image.state.SignalAction;
import dev.reprise.kernel.Clock;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Membarrier;
import dev.reprise.kernel.Prctl;
import dev.reprise.kernel.ProcTimers;
import dev.reprise.kernel.Resource;
import dev.reprise.kernel.Signal;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks, in any thread of a process, what only the process itself can tell: dispositions, timers, limits, its break. About
 * 95 entries and 3 KiB of data; too large for a control block.
 */
final class ProcessProbe {
    private static final int TIMER_SIZE = 32;
    private static final int ITIMERS = 3;
    private static final int ITIMER_REAL = 0;
    private static final int LDT_SIZE = 64;
    private static final int P_ALL = 0;
    // WNOHANG | WEXITED | WNOWAIT | __WALL: a child that has ended is left as it is
    private static final long ANY_CHILD_UNTOUCHED = 1 | 4 | 0x01000000 | 0x40000000;

    private final List<ProcTimers.Timer> timers;
    private final Slot actions;
    private final Slot intervals;
    private final Slot posix;
    private final Slot limits;
    private final Slot subreaper;
    private final Step[] overruns;
    private final Step brk;
    private final Step dumpable;
    private final Step denyWriteExec;
    private final Step memoryMerge;
    private final Step ldt;
    private final Step membarriers;
    private final Step children;

    /** A timer's state: interval and rest in nanoseconds, 0 when it is disarmed. */
    record TimerState(ProcTimers.Timer timer, long intervalNanos, long remainingNanos, int overrun) {}

    /** What a process says of itself. */
    record Inside(
            List<SignalAction> actions,
            List<IntervalTimer> intervalTimers,
            List<TimerState> posixTimers,
            List<ResourceLimit> limits,
            long brk,
            int dumpable,
            boolean childSubreaper,
            boolean mayHaveChildren,
            ProcessModes modes,
            List<String> unsupported) {
        /** The same with what becomes of semaphores at its end. */
        Inside withUndos(List<SemaphoreUndo> undos) {
            return new Inside(
                    actions,
                    intervalTimers,
                    posixTimers,
                    limits,
                    brk,
                    dumpable,
                    childSubreaper,
                    mayHaveChildren,
                    modes.with(undos),
                    unsupported);
        }

        /** The same with other timers. */
        Inside withTimers(List<TimerState> timers) {
            return new Inside(
                    actions,
                    intervalTimers,
                    timers,
                    limits,
                    brk,
                    dumpable,
                    childSubreaper,
                    mayHaveChildren,
                    modes,
                    unsupported);
        }
    }

    /** {@code timers} as /proc/PID/timers lists them while the process is frozen. */
    ProcessProbe(ProgramBuilder p, List<ProcTimers.Timer> timers) {
        this.timers = timers;
        Arg none = Arg.of(0);
        actions = p.space((long) Signal.SIGACTION_SIZE * (Signal.LAST + 1));
        for (int signal = 1; signal <= Signal.LAST; signal++) {
            if (!Signal.isUncatchable(signal)) {
                Slot action = actions.plus((long) Signal.SIGACTION_SIZE * signal);
                p.call(SYS_rt_sigaction, Arg.of(signal), none, action, Arg.of(Signal.SIGSET_SIZE));
            }
        }
        intervals = p.space((long) TIMER_SIZE * ITIMERS);
        for (int which = 0; which < ITIMERS; which++) {
            p.call(SYS_getitimer, Arg.of(which), intervals.plus((long) TIMER_SIZE * which));
        }
        posix = p.space((long) TIMER_SIZE * timers.size());
        overruns = new Step[timers.size()];
        for (int i = 0; i < overruns.length; i++) {
            int id = timers.get(i).id();
            p.call(SYS_timer_gettime, Arg.of(id), posix.plus((long) TIMER_SIZE * i));
            overruns[i] = p.call(SYS_timer_getoverrun, id);
        }
        // From outside it takes CAP_SYS_RESOURCE where the ids differ.
        limits = p.space((long) Resource.SIZE * Resource.COUNT);
        for (int i = 0; i < Resource.COUNT; i++) {
            p.call(SYS_prlimit64, none, Arg.of(i), none, limits.plus((long) Resource.SIZE * i));
        }
        subreaper = p.space(Integer.BYTES);
        p.call(SYS_prctl, Arg.of(Prctl.PR_GET_CHILD_SUBREAPER), subreaper);
        brk = p.call(SYS_brk, 0);
        dumpable = p.call(SYS_prctl, Prctl.PR_GET_DUMPABLE);
        denyWriteExec = p.attempt(SYS_prctl, Prctl.PR_GET_MDWE, 0, 0, 0, 0);
        memoryMerge = p.attempt(SYS_prctl, Prctl.PR_GET_MEMORY_MERGE, 0, 0, 0, 0);
        children = p.attempt(
                SYS_waitid, Arg.of(P_ALL), none, p.space(PendingSignal.SIZE), Arg.of(ANY_CHILD_UNTOUCHED), none);
        membarriers = p.attempt(SYS_membarrier, Membarrier.GET_REGISTRATIONS, 0, 0);
        ldt = p.attempt(SYS_modify_ldt, none, p.space(LDT_SIZE), Arg.of(LDT_SIZE));
    }

    /** What the program found. */
    Inside read(ProgramResults results) {
        return new Inside(
                readActions(results.slot(actions)),
                readIntervals(results.slot(intervals)),
                readTimers(results),
                readLimits(results.slot(limits)),
                results.result(brk),
                Math.toIntExact(results.result(dumpable)),
                results.slot(subreaper).get(JAVA_INT, 0) != 0,
                results.result(children) != -Errno.ECHILD.code(),
                new ProcessModes(
                        (int) Math.max(0, results.result(membarriers)),
                        (int) Math.max(0, results.result(denyWriteExec)),
                        results.result(memoryMerge) > 0,
                        List.of(),
                        ObjectId.NONE,
                        ProcessModes.NOBODY,
                        ObjectId.NONE,
                        false,
                        0),
                unsupported(results));
    }

    private static List<SignalAction> readActions(MemorySegment found) {
        List<SignalAction> actions = new ArrayList<>();
        for (int signal = 1; signal <= Signal.LAST; signal++) {
            long at = (long) Signal.SIGACTION_SIZE * signal;
            long handler = found.get(JAVA_LONG, at);
            long flags = found.get(JAVA_LONG, at + 8);
            long restorer = found.get(JAVA_LONG, at + 16);
            long mask = found.get(JAVA_LONG, at + 24);
            if ((handler | flags | restorer | mask) != 0) {
                actions.add(new SignalAction(signal, handler, flags, restorer, mask));
            }
        }
        return actions;
    }

    private static List<IntervalTimer> readIntervals(MemorySegment found) {
        List<IntervalTimer> armed = new ArrayList<>(0);
        for (int which = 0; which < ITIMERS; which++) {
            long at = (long) TIMER_SIZE * which;
            long interval = time(found, at, Clock.MICROS);
            long remaining = time(found, at + 16, Clock.MICROS);
            if (which == ITIMER_REAL && remaining == 0) {
                // Its SIGALRM is pending, and it runs on when that is taken (kernel/signal.c, dequeue_signal).
                remaining = interval;
            }
            if ((remaining | interval) != 0) {
                armed.add(new IntervalTimer(which, interval, remaining));
            }
        }
        return armed;
    }

    private List<TimerState> readTimers(ProgramResults results) {
        List<TimerState> states = new ArrayList<>(overruns.length);
        MemorySegment found = results.slot(posix);
        for (int i = 0; i < overruns.length; i++) {
            long at = (long) TIMER_SIZE * i;
            states.add(new TimerState(
                    timers.get(i),
                    time(found, at, Clock.NANOS),
                    time(found, at + 16, Clock.NANOS),
                    Math.toIntExact(results.result(overruns[i]))));
        }
        return states;
    }

    private static List<ResourceLimit> readLimits(MemorySegment found) {
        List<ResourceLimit> limits = new ArrayList<>(Resource.COUNT);
        for (int i = 0; i < Resource.COUNT; i++) {
            long at = (long) Resource.SIZE * i;
            limits.add(new ResourceLimit(i, found.get(JAVA_LONG, at), found.get(JAVA_LONG, at + Long.BYTES)));
        }
        return limits;
    }

    private static long time(MemorySegment found, long at, long unitsPerSecond) {
        return Math.addExact(
                Math.multiplyExact(found.get(JAVA_LONG, at), unitsPerSecond), found.get(JAVA_LONG, at + 8));
    }

    private List<String> unsupported(ProgramResults results) {
        List<String> unsupported = new ArrayList<>(0);
        if (results.result(ldt) > 0) {
            unsupported.add("local descriptor table (modify_ldt)");
        }
        return unsupported;
    }
}
