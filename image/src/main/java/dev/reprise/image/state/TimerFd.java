package dev.reprise.image.state;

/** A timerfd_create(2) timer; {@code setFlags} are TFD_TIMER_*, {@code ticks} its unread expirations, {@code remainingNanos} 0 when it is disarmed. */
public record TimerFd(
        ObjectId id,
        int flags,
        FileOwner owner,
        int clockId,
        int setFlags,
        long ticks,
        long remainingNanos,
        long intervalNanos)
        implements OpenFile {}
