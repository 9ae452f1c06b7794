package dev.reprise.kernel;

/** The constants of include/uapi/linux/prctl.h that concern an address space; the others are in Prctl. */
public final class PrctlMemory {
    public static final int PR_GET_DUMPABLE = 3;
    public static final int PR_SET_DUMPABLE = 4;
    public static final int PR_SET_MM = 35;
    public static final int PR_SET_MM_MAP = 14;
    public static final int PR_SET_THP_DISABLE = 41;
    public static final int PR_GET_THP_DISABLE = 42;
    public static final int PR_SET_VMA = 0x53564d41;
    public static final int PR_SET_VMA_ANON_NAME = 0;
    public static final int ARCH_MAP_VDSO_64 = 0x2003;

    private PrctlMemory() {}
}
