package dev.reprise.engine.capture;

import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.TimerFd;
import dev.reprise.kernel.KernelException;

/** Timers of timerfd_create(2), from fdinfo. */
final class TimerFdCapture implements OpenFileCapture {
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
        return new TimerFd(
                id,
                d.info().statusFlags(),
                take.owner(d),
                Integer.parseInt(d.info().field("clockid")),
                Integer.parseInt(d.info().field("settime flags"), 8),
                Long.parseUnsignedLong(d.info().field("ticks")),
                nanos(d.info().field("it_value")),
                nanos(d.info().field("it_interval")));
    }

    // "(seconds, nanoseconds)"
    private static long nanos(String pair) {
        int comma = pair.indexOf(',');
        return Long.parseLong(pair.substring(1, comma)) * NANOS
                + Long.parseLong(pair.substring(comma + 1, pair.length() - 1).strip());
    }
}
