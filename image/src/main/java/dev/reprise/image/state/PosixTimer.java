package dev.reprise.image.state;

/** A timer of timer_create(2). {@code notification} is SIGEV_*; {@code remainingNanos} 0 when it is disarmed, negative when it has expired so long ago and its signal is pending. */
public record PosixTimer(
        int timerId,
        int clockId,
        int notification,
        int signal,
        long value,
        int targetTid,
        long intervalNanos,
        long remainingNanos,
        int overrun) {}
