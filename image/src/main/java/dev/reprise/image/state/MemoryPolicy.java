package dev.reprise.image.state;

/** The NUMA memory policy of a task (set_mempolicy(2)) or mapping: MPOL_* mode with its flags, and the nodes, a bit each. */
public record MemoryPolicy(int mode, Bytes nodes) {
    /** The system's own. */
    public static final MemoryPolicy DEFAULT = new MemoryPolicy(0, Bytes.empty());
}
