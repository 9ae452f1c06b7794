package dev.reprise.image.state;

/**
 * By what a System V IPC object is known, and to whom: key (0 for a private one), id, permissions, owner; where key and id mean it:
 * its {@link IpcNamespace}, or none: that which the checkpointing tool was in itself.
 */
public record IpcIdentity(int key, int id, int mode, Ownership owner, ObjectId namespace) {
    /** One of the tool's own namespace. */
    public IpcIdentity(int key, int id, int mode, Ownership owner) {
        this(key, id, mode, owner, ObjectId.NONE);
    }
}
