package dev.reprise.image.state;

import java.util.List;

/** A pipe's buffer: capacity in bytes (F_GETPIPE_SZ) and the unread bytes; more than one element only for packets (O_DIRECT). */
public record Pipe(ObjectId id, int capacity, Ownership ownership, List<Bytes> unread) implements SharedObject {
    public Pipe {
        unread = List.copyOf(unread);
    }
}
