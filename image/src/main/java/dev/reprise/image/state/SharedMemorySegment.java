package dev.reprise.image.state;

/**
 * A System V shared memory segment. {@code removed}: it goes with its last attachment (IPC_RMID); {@code locked}: SHM_LOCK;
 * {@code size}: the bytes that it was asked for, which huge pages round up.
 */
public record SharedMemorySegment(
        ObjectId id, IpcIdentity identity, ObjectId memory, boolean removed, boolean locked, long size)
        implements SharedObject {
    /** Its size where it needs to be said: otherwise its memory has it. */
    public long sizeOr(long memorySize) {
        return size == 0 ? memorySize : size;
    }
}
