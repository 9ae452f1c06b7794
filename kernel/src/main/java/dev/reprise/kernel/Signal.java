package dev.reprise.kernel;

/** Constants of include/uapi/asm-generic/signal.h and siginfo.h. */
public final class Signal {
    public static final int SIGHUP = 1;
    public static final int SIGILL = 4;
    public static final int SIGTRAP = 5;
    public static final int SIGABRT = 6;
    public static final int SIGBUS = 7;
    public static final int SIGFPE = 8;
    public static final int SIGKILL = 9;
    public static final int SIGSEGV = 11;
    public static final int SIGPIPE = 13;
    public static final int SIGCHLD = 17;
    public static final int SIGCONT = 18;
    public static final int SIGSTOP = 19;
    public static final int SIGTSTP = 20;
    public static final int SIGTTIN = 21;
    public static final int SIGTTOU = 22;
    public static final int SIGURG = 23;
    public static final int SIGWINCH = 28;
    public static final int SIGSYS = 31;
    /** The highest signal number. */
    public static final int LAST = 64;
    /** The size of the kernel's sigset_t. */
    public static final int SIGSET_SIZE = 8;
    /** The size of the kernel's struct sigaction: handler, flags, restorer, mask; eight bytes each. */
    public static final int SIGACTION_SIZE = 32;

    public static final long SIG_IGN = 1;
    public static final long SA_RESTORER = 0x04000000;
    public static final long SA_RESTART = 0x10000000;

    public static final int SS_ONSTACK = 1;
    public static final int SS_DISABLE = 2;
    public static final int SS_AUTODISARM = 1 << 31;

    private Signal() {}

    /** Whether a signal can be neither caught nor ignored. */
    public static boolean isUncatchable(int signal) {
        return signal == SIGKILL || signal == SIGSTOP;
    }
}
