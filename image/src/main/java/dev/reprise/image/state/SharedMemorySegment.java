package dev.reprise.image.state;

/**
 * A System V shared memory segment. {@code removed}: it goes with its last attachment (IPC_RMID); {@code locked}: SHM_LOCK.
 */
public record SharedMemorySegment(ObjectId id, IpcIdentity identity, ObjectId memory, boolean removed, boolean locked)
        implements SharedObject {}
