package dev.reprise.image.state;

import java.util.List;

/** A table of descriptors, by number. */
public record FdTable(ObjectId id, List<Descriptor> descriptors) implements SharedObject {
    public FdTable {
        descriptors = List.copyOf(descriptors);
    }
}
