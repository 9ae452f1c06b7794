package dev.reprise.image.state;

import java.util.List;

/** A table of descriptors, by number, and the locks taken through them. */
public record FdTable(ObjectId id, List<Descriptor> descriptors, List<FileLock> locks) implements SharedObject {
    public FdTable {
        descriptors = List.copyOf(descriptors);
        locks = List.copyOf(locks);
    }
}
