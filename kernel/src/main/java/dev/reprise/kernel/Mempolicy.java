package dev.reprise.kernel;

/** linux/mempolicy.h. */
public final class Mempolicy {
    /** The bytes of a node mask, as large as a kernel can be built for (CONFIG_NODES_SHIFT 10). */
    public static final int NODES_SIZE = 128;

    public static final int MPOL_F_ADDR = 2;

    private Mempolicy() {}
}
