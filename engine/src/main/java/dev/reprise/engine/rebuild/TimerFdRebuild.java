package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.TimerFds.TFD_IOC_SET_TICKS;
import static dev.reprise.kernel.TimerFds.TFD_TIMER_ABSTIME;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_timerfd_create;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_timerfd_settime;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.image.state.Machine;
import dev.reprise.image.state.TimerFd;

/** timerfd_create(2) timers; they are armed late, so that they do not run while memory is loaded. */
final class TimerFdRebuild {
    private static final long NANOS = 1_000_000_000L;
    private static final int CLOCK_REALTIME = 0;
    private static final int CLOCK_MONOTONIC = 1;
    private static final int CLOCK_BOOTTIME = 7;
    private static final int CLOCK_REALTIME_ALARM = 8;
    private static final int CLOCK_BOOTTIME_ALARM = 9;

    private final ProgramBuilder p;
    private final OpenFiles files;
    private final Machine machine;
    private final boolean sameClock;

    TimerFdRebuild(ProgramBuilder p, OpenFiles files, Machine machine, boolean sameClock) {
        this.p = p;
        this.files = files;
        this.machine = machine;
        this.sameClock = sameClock;
    }

    void create(TimerFd timer) {
        files.place(p, p.call(SYS_timerfd_create, timer.clockId(), 0), timer);
        files.setFlags(p, timer);
        if (isAlarm(timer)) {
            arm(timer); // needs CAP_WAKE_ALARM, which the program may have given up
        }
    }

    /** What {@link #create} has left for the end. */
    void armLate(TimerFd timer) {
        if (!isAlarm(timer)) {
            arm(timer);
        }
    }

    private static boolean isAlarm(TimerFd timer) {
        return timer.clockId() == CLOCK_REALTIME_ALARM || timer.clockId() == CLOCK_BOOTTIME_ALARM;
    }

    /** Sets time and ticks, whatever they were. */
    void arm(TimerFd timer) {
        boolean absolute = (timer.setFlags() & TFD_TIMER_ABSTIME) != 0 && keepsTime(timer.clockId());
        int flags = absolute ? timer.setFlags() : timer.setFlags() & ~TFD_TIMER_ABSTIME;
        long value = timer.remainingNanos();
        if (absolute && value != 0) {
            value += now(timer.clockId());
        }
        long interval = timer.intervalNanos();
        // struct itimerspec { struct timespec it_interval, it_value; }
        p.call(
                        SYS_timerfd_settime,
                        Arg.of(files.numberOf(timer)),
                        Arg.of(flags),
                        p.longs(interval / NANOS, interval % NANOS, value / NANOS, value % NANOS),
                        Arg.of(0))
                .about("timerfd " + files.numberOf(timer));
        if (timer.ticks() != 0) {
            setTicks(timer, timer.ticks());
        }
    }

    void setTicks(TimerFd timer, long ticks) {
        p.call(SYS_ioctl, Arg.of(files.numberOf(timer)), Arg.of(TFD_IOC_SET_TICKS), p.longs(ticks))
                .about("ticks of timerfd " + files.numberOf(timer));
    }

    private boolean keepsTime(int clock) {
        return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_ALARM || sameClock;
    }

    // What the clock said at the checkpoint, as the program saw it.
    private long now(int clock) {
        return switch (clock) {
            case CLOCK_REALTIME, CLOCK_REALTIME_ALARM -> machine.realtimeNanos();
            case CLOCK_MONOTONIC -> machine.monotonicNanos() + machine.timensMonotonicNanos();
            case CLOCK_BOOTTIME, CLOCK_BOOTTIME_ALARM -> machine.boottimeNanos() + machine.timensBoottimeNanos();
            default -> throw new IllegalArgumentException("clock " + clock + " of a timerfd");
        };
    }
}
