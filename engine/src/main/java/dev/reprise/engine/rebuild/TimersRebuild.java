package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_clock_gettime;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_prctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setitimer;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_timer_create;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_timer_settime;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.IntervalTimer;
import dev.reprise.image.state.PosixTimer;
import dev.reprise.kernel.Clock;
import dev.reprise.kernel.Prctl;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Timers: made while the restore's privileges are there (alarm clocks need CAP_WAKE_ALARM) and all threads exist, started
 * as the very last thing, so that none expires before its program runs.
 */
final class TimersRebuild {
    private static final int TIMER_ABSTIME = 1;
    /** struct sigevent: u64 value, u32 signal, notification, tid. */
    private static final int EVENT_TID = 16;

    private TimersRebuild() {}

    /** POSIX timers under their old ids, gaps and all (PR_TIMER_CREATE_RESTORE_IDS, Linux 6.15). */
    static void create(ProgramBuilder p, List<PosixTimer> timers) {
        if (timers.isEmpty()) {
            return;
        }
        p.call(SYS_prctl, Prctl.PR_TIMER_CREATE_RESTORE_IDS, Prctl.PR_TIMER_CREATE_RESTORE_IDS_ON, 0, 0, 0)
                .about("timer ids (Linux 6.15 or later)");
        for (PosixTimer timer : timers) {
            Slot event = p.bytes(event(timer));
            if (p.isRenamed(timer.targetTid())) {
                p.store4(event.plus(EVENT_TID), p.id(timer.targetTid()));
            }
            p.call(SYS_timer_create, Arg.of(timer.clockId()), event, p.ints(timer.timerId()))
                    .about("timer " + timer.timerId());
        }
        p.call(SYS_prctl, Prctl.PR_TIMER_CREATE_RESTORE_IDS, Prctl.PR_TIMER_CREATE_RESTORE_IDS_OFF, 0, 0, 0);
    }

    private static byte[] event(PosixTimer timer) {
        return ByteBuffer.allocate(Clock.SIGEVENT_SIZE)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(timer.value())
                .putInt(timer.signal())
                .putInt(timer.notification())
                .putInt(timer.targetTid())
                .array();
    }

    /** The last entries of all: from here on they run. */
    static void start(ProgramBuilder p, List<PosixTimer> timers, List<IntervalTimer> intervals) {
        for (PosixTimer timer : timers) {
            if (timer.remainingNanos() < 0) {
                startInThePast(p, timer);
            } else if (timer.remainingNanos() != 0) {
                p.call(
                                SYS_timer_settime,
                                Arg.of(timer.timerId()),
                                Arg.of(0),
                                p.longs(time(timer.intervalNanos(), timer.remainingNanos(), Clock.NANOS)),
                                Arg.of(0))
                        .about("timer " + timer.timerId());
            }
        }
        for (IntervalTimer timer : intervals) {
            p.call(
                            SYS_setitimer,
                            Arg.of(timer.which()),
                            p.longs(time(timer.intervalMicros(), timer.remainingMicros(), Clock.MICROS)),
                            Arg.of(0))
                    .about("interval timer " + timer.which());
        }
    }

    // It expires at once, with its signal and all it has run over since; the kernel keeps its rhythm. The expiry is
    // now minus some time, seconds and nanoseconds apart.
    private static void startInThePast(ProgramBuilder p, PosixTimer timer) {
        long interval = timer.intervalNanos();
        long ago = -timer.remainingNanos();
        Slot now = p.longs(0, 0);
        Slot setting = p.longs(interval / Clock.NANOS, interval % Clock.NANOS, 0, 0);
        Slot difference = p.longs(0);
        Label borrow = p.label();
        Label set = p.label();
        p.call(SYS_clock_gettime, Arg.of(timer.clockId()), now);
        Step seconds = p.add(Arg.contentOf(now), Arg.of(-(ago / Clock.NANOS)));
        Step nanos = p.add(Arg.contentOf(now.plus(Long.BYTES)), Arg.of(-(ago % Clock.NANOS)));
        p.store8(difference, nanos);
        p.jumpIfAny(difference, Arg.of(Long.MIN_VALUE), borrow);
        p.store8(setting.plus(2 * Long.BYTES), seconds);
        p.store8(setting.plus(3 * Long.BYTES), nanos);
        p.go(set);
        p.place(borrow);
        p.store8(setting.plus(2 * Long.BYTES), p.add(seconds, Arg.of(-1)));
        p.store8(setting.plus(3 * Long.BYTES), p.add(nanos, Arg.of(Clock.NANOS)));
        p.place(set);
        Arg id = Arg.of(timer.timerId());
        Label running = p.label();
        Step inThePast = p.attempt(SYS_timer_settime, id, Arg.of(TIMER_ABSTIME), setting, Arg.of(0));
        p.jumpIfEqual(inThePast, Arg.of(0), running);
        // Before this clock's beginning: at least the signal comes.
        p.call(SYS_timer_settime, id, Arg.of(0), p.longs(time(interval, 1, Clock.NANOS)), Arg.of(0))
                .about("timer " + timer.timerId());
        p.place(running);
    }

    private static long[] time(long interval, long remaining, long unitsPerSecond) {
        return new long[] {
            interval / unitsPerSecond, interval % unitsPerSecond, remaining / unitsPerSecond, remaining % unitsPerSecond
        };
    }
}
