package dev.reprise.image.state;

/** A task's NUMA memory policy (set_mempolicy(2)): MPOL_* mode with its flags, and the nodes, a bit each. */
public record MemoryPolicy(int mode, Bytes nodes) {
    /** The system's own. */
    public static final MemoryPolicy DEFAULT = new MemoryPolicy(0, Bytes.empty());
}
