package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_timerfd_gettime;

import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.TimerFd;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.FdInfo;
import dev.reprise.kernel.KernelException;
import java.lang.foreign.Arena;

/** Timers of timerfd_create(2), from fdinfo. */
final class TimerFdCapture implements OpenFileCapture {
    private static final int ITIMERSPEC_SIZE = 32;
    private static final long NANOS = 1_000_000_000L;

    @Override
    public boolean recognizes(LiveDescriptor d) {
        return d.link().equals("anon_inode:[timerfd]");
    }

    @Override
    public void look(LiveDescriptor d, DescriptorLook look) {
        look.requireOwn(d, "timerfd");
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) throws KernelException {
        FdInfo info = d.info();
        if (seemsDisarmed(info)) {
            take.timers().seeTo();
            info = FdInfo.of(d.pid(), d.number());
        }
        long interval = nanos(info.field("it_interval"));
        if (interval != 0 && isExpired(info)) {
            count(d);
            info = FdInfo.of(d.pid(), d.number());
        }
        // A fast one has expired again meanwhile, that tick counted: its next is an interval away.
        long remaining = interval != 0 && isExpired(info) ? interval : nanos(info.field("it_value"));
        return new TimerFd(
                id,
                info.statusFlags(),
                take.owner(d),
                Integer.parseInt(info.field("clockid")),
                Integer.parseInt(info.field("settime flags"), 8),
                Long.parseUnsignedLong(info.field("ticks")),
                remaining,
                interval);
    }

    private static boolean seemsDisarmed(FdInfo info) {
        return nanos(info.field("it_value")) == 0 && info.field("ticks").equals("0");
    }

    private static boolean isExpired(FdInfo info) {
        return nanos(info.field("it_value")) == 0 && !info.field("ticks").equals("0");
    }

    // A periodic timer that expired stands still, one tick counted, until somebody asks: timerfd_gettime counts what
    // has
    // passed and starts it again, and a later read(2) gives the same number as without (fs/timerfd.c).
    private static void count(LiveDescriptor d) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            long value = arena.allocate(ITIMERSPEC_SIZE, 8).address();
            Door.require(Door.call(SYS_timerfd_gettime, d.copy().number(), value), "timerfd_gettime", "");
        }
    }

    // "(seconds, nanoseconds)"
    private static long nanos(String pair) {
        int comma = pair.indexOf(',');
        return Long.parseLong(pair.substring(1, comma)) * NANOS
                + Long.parseLong(pair.substring(comma + 1, pair.length() - 1).strip());
    }
}
