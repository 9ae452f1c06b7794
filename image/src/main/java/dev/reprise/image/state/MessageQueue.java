package dev.reprise.image.state;

import java.util.List;

/** A System V message queue, the oldest message first. */
public record MessageQueue(ObjectId id, IpcIdentity identity, long maxBytes, List<Message> messages)
        implements SharedObject {
    public MessageQueue {
        messages = List.copyOf(messages);
    }

    /** A message and its type. */
    public record Message(long type, Bytes content) {}
}
