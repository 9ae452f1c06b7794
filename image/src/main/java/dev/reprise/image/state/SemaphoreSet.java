package dev.reprise.image.state;

import java.util.List;

/** A set of System V semaphores and their values. */
public record SemaphoreSet(ObjectId id, IpcIdentity identity, List<Integer> values) implements SharedObject {
    public SemaphoreSet {
        values = List.copyOf(values);
    }
}
