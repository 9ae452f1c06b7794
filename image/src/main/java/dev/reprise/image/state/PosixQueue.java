package dev.reprise.image.state;

import java.util.List;

/**
 * An open POSIX message queue (mq_open(3)), known by {@code file}, whose path is the name, marked when it is unlinked; the
 * queue itself outlives processes. {@code messages}: all that are in it, in the order in which they are received; none
 * although it is not empty: others have it open, who may receive them.
 */
public record PosixQueue(
        ObjectId id,
        int flags,
        FileOwner owner,
        FileIdentity file,
        long maxMessages,
        long messageSize,
        boolean isEmpty,
        List<QueuedMessage> messages,
        QueueNotification notification)
        implements OpenFile {
    public PosixQueue {
        messages = List.copyOf(messages);
    }

    /** One of whose next message nobody is told. */
    public PosixQueue(
            ObjectId id,
            int flags,
            FileOwner owner,
            FileIdentity file,
            long maxMessages,
            long messageSize,
            boolean isEmpty,
            List<QueuedMessage> messages) {
        this(id, flags, owner, file, maxMessages, messageSize, isEmpty, messages, QueueNotification.NONE);
    }

    /** Whether it can be made again where it is gone. */
    public boolean isKnown() {
        return isEmpty || !messages.isEmpty();
    }
}
