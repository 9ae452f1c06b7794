package dev.reprise.kernel;

/** Constants of include/uapi/linux/capability.h and securebits.h. */
public final class Capability {
    /** The highest capability that Reprise knows: CAP_CHECKPOINT_RESTORE. */
    public static final int CAP_LAST = 40;

    public static final int CAP_SYS_ADMIN = 21;
    public static final int CAP_SYS_RESOURCE = 24;
    /** The version of capset(2) with 64 bits. */
    public static final int LINUX_CAPABILITY_VERSION_3 = 0x20080522;

    public static final int SECBIT_KEEP_CAPS = 1 << 4;

    private Capability() {}
}
