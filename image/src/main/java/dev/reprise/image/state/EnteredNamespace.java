package dev.reprise.image.state;

/**
 * A network or mount namespace that was not the checkpointing tool's: all processes are in it, and a restore enters it, should it be
 * alive.
 *
 * @param unique a number that no other namespace of the same boot has; 0 where the kernel told none
 * @param path the name that it was bound to, e.g. {@code /run/netns/blue}; empty where there was none
 * @param onlySysfs of a mount namespace: it showed what the tool's showed, but for another /sys, as {@code ip netns exec} leaves
 *     it; so one like it can be made
 */
public record EnteredNamespace(ObjectId id, Kind kind, long unique, String path, boolean onlySysfs)
        implements SharedObject {
    /** What it is of. */
    public enum Kind {
        NETWORK,
        MOUNT
    }
}
