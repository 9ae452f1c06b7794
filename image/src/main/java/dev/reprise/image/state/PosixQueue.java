package dev.reprise.image.state;

/**
 * An open POSIX message queue (mq_open(3)), known by {@code file}, whose path is the name, marked when it is unlinked; the
 * queue itself outlives processes, and its messages stay in it. {@code isEmpty}: it can be made again where it is gone.
 */
public record PosixQueue(
        ObjectId id, int flags, FileOwner owner, FileIdentity file, long maxMessages, long messageSize, boolean isEmpty)
        implements OpenFile {}
