package dev.reprise.kernel;

/** Constants of include/uapi/linux/timerfd.h. */
public final class TimerFds {
    public static final int TFD_TIMER_ABSTIME = 1;
    public static final int TFD_TIMER_CANCEL_ON_SET = 2;
    /** _IOW('T', 0, __u64): the number of unread expirations. */
    public static final int TFD_IOC_SET_TICKS = 0x40085400;

    private TimerFds() {}
}
