package dev.reprise.image.state;

/** Who is told of the next message in a POSIX message queue (mq_notify(3)), and how: SIGEV_* {@code how}, and the signal with its value. */
public record QueueNotification(int pid, int how, int signal, long value) {
    /** Nobody. */
    public static final QueueNotification NONE = new QueueNotification(0, 0, 0, 0);
}
