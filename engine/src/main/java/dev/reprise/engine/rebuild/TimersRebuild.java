package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_prctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setitimer;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_timer_create;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_timer_settime;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.image.state.IntervalTimer;
import dev.reprise.image.state.PosixTimer;
import dev.reprise.image.state.ProcessState;
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
    private TimersRebuild() {}

    /** POSIX timers under their old ids, gaps and all (PR_TIMER_CREATE_RESTORE_IDS, Linux 6.15). */
    static void create(ProgramBuilder p, List<PosixTimer> timers) {
        if (timers.isEmpty()) {
            return;
        }
        p.call(SYS_prctl, Prctl.PR_TIMER_CREATE_RESTORE_IDS, Prctl.PR_TIMER_CREATE_RESTORE_IDS_ON, 0, 0, 0)
                .about("timer ids (Linux 6.15 or later)");
        for (PosixTimer timer : timers) {
            p.call(SYS_timer_create, Arg.of(timer.clockId()), p.bytes(event(timer)), p.ints(timer.timerId()))
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
    static void start(ProgramBuilder p, ProcessState process) {
        for (PosixTimer timer : process.posixTimers()) {
            if (timer.remainingNanos() != 0) {
                p.call(
                                SYS_timer_settime,
                                Arg.of(timer.timerId()),
                                Arg.of(0),
                                p.longs(time(timer.intervalNanos(), timer.remainingNanos(), Clock.NANOS)),
                                Arg.of(0))
                        .about("timer " + timer.timerId());
            }
        }
        for (IntervalTimer timer : process.intervalTimers()) {
            p.call(
                            SYS_setitimer,
                            Arg.of(timer.which()),
                            p.longs(time(timer.intervalMicros(), timer.remainingMicros(), Clock.MICROS)),
                            Arg.of(0))
                    .about("interval timer " + timer.which());
        }
    }

    private static long[] time(long interval, long remaining, long unitsPerSecond) {
        return new long[] {
            interval / unitsPerSecond, interval % unitsPerSecond, remaining / unitsPerSecond, remaining % unitsPerSecond
        };
    }
}
