package dev.reprise.kernel;

/** Constants of include/uapi/asm-generic/signal.h and siginfo.h. */
public final class Signal {
    public static final int SIGKILL = 9;
    public static final int SIGSTOP = 19;
    /** The highest signal number. */
    public static final int LAST = 64;
    /** The size of the kernel's sigset_t. */
    public static final int SIGSET_SIZE = 8;
    /** The size of the kernel's struct sigaction: handler, flags, restorer, mask; eight bytes each. */
    public static final int SIGACTION_SIZE = 32;

    public static final int SS_ONSTACK = 1;
    public static final int SS_DISABLE = 2;
    public static final int SS_AUTODISARM = 1 << 31;

    private Signal() {}

    /** Whether a signal can be neither caught nor ignored. */
    public static boolean isUncatchable(int signal) {
        return signal == SIGKILL || signal == SIGSTOP;
    }
}
