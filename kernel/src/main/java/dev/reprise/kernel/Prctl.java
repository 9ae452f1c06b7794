package dev.reprise.kernel;

/** Constants of include/uapi/linux/prctl.h. */
public final class Prctl {
    public static final int PR_SET_PDEATHSIG = 1;
    public static final int PR_GET_PDEATHSIG = 2;
    public static final int PR_GET_DUMPABLE = 3;
    public static final int PR_SET_DUMPABLE = 4;
    public static final int PR_SET_KEEPCAPS = 8;
    public static final int PR_SET_NAME = 15;
    public static final int PR_GET_NAME = 16;
    public static final int PR_CAPBSET_READ = 23;
    public static final int PR_CAPBSET_DROP = 24;
    public static final int PR_GET_TSC = 25;
    public static final int PR_SET_TSC = 26;
    public static final int PR_GET_SECUREBITS = 27;
    public static final int PR_SET_SECUREBITS = 28;
    public static final int PR_SET_TIMERSLACK = 29;
    public static final int PR_GET_TIMERSLACK = 30;
    public static final int PR_MCE_KILL = 33;
    public static final int PR_MCE_KILL_GET = 34;
    public static final int PR_SET_CHILD_SUBREAPER = 36;
    public static final int PR_GET_CHILD_SUBREAPER = 37;
    public static final int PR_SET_NO_NEW_PRIVS = 38;
    public static final int PR_GET_TID_ADDRESS = 40;
    public static final int PR_SET_SECCOMP = 22;
    public static final int PR_GET_SPECULATION_CTRL = 52;
    public static final int PR_SET_SPECULATION_CTRL = 53;
    public static final int PR_SPEC_PRCTL = 1;
    public static final int PR_SPEC_ENABLE = 2;
    public static final int PR_SPEC_L1D_FLUSH = 2;
    public static final int PR_SET_MDWE = 65;
    public static final int PR_SET_MEMORY_MERGE = 67;
    public static final int PR_CAP_AMBIENT = 47;
    public static final int PR_SET_IO_FLUSHER = 57;
    public static final int PR_GET_IO_FLUSHER = 58;
    public static final int PR_SCHED_CORE = 62;
    public static final int PR_GET_MDWE = 66;
    public static final int PR_GET_MEMORY_MERGE = 68;
    public static final int PR_TIMER_CREATE_RESTORE_IDS = 77;

    public static final int PR_TSC_ENABLE = 1;
    public static final int PR_TSC_SIGSEGV = 2;
    public static final int PR_MCE_KILL_SET = 1;
    public static final int PR_MCE_KILL_DEFAULT = 2;
    public static final int PR_CAP_AMBIENT_RAISE = 2;
    public static final int PR_CAP_AMBIENT_CLEAR_ALL = 4;
    public static final int PR_TIMER_CREATE_RESTORE_IDS_OFF = 0;
    public static final int PR_TIMER_CREATE_RESTORE_IDS_ON = 1;

    /** arch_prctl(2) of x86 (arch/x86/include/uapi/asm/prctl.h): segment bases. */
    public static final int ARCH_SET_GS = 0x1001;

    public static final int ARCH_SET_FS = 0x1002;
    /** Allows a dynamically enabled XSAVE component. */
    public static final int ARCH_REQ_XCOMP_PERM = 0x1023;

    /** Allows or forbids CPUID. */
    public static final int ARCH_SET_CPUID = 0x1012;

    /** The other half of {@link #ARCH_SET_CPUID}. */
    public static final int ARCH_GET_CPUID = 0x1011;

    private Prctl() {}
}
