package dev.reprise.image.state;

import java.util.List;

/** A POSIX message queue under its name, without the slash before it; whether anybody has it open or not. */
public record NamedQueue(
        String name, int mode, Ownership owner, long maxMessages, long messageSize, List<QueuedMessage> messages) {
    public NamedQueue {
        messages = List.copyOf(messages);
    }
}
