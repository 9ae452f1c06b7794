package dev.reprise.kernel;

/** Constants of include/uapi/linux/capability.h and securebits.h, and which of them this thread has. */
public final class Capability {
    public static final int CAP_NET_ADMIN = 12;
    public static final int CAP_SYS_ADMIN = 21;
    public static final int CAP_SYS_RESOURCE = 24;
    public static final int CAP_CHECKPOINT_RESTORE = 40;
    /** The highest capability that Reprise knows. */
    public static final int CAP_LAST = CAP_CHECKPOINT_RESTORE;

    /** The version of capset(2) with 64 bits. */
    public static final int LINUX_CAPABILITY_VERSION_3 = 0x20080522;

    public static final int SECBIT_KEEP_CAPS = 1 << 4;

    private Capability() {}

    /** Whether this thread has one in its effective set, in whichever user namespace it lives. */
    public static boolean isEffective(int capability) throws KernelException {
        long effective = new ProcStatus(Proc.text("/proc/thread-self/status")).capabilities("Eff");
        return (effective >>> capability & 1) != 0;
    }
}
