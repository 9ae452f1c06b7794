package dev.reprise.image.state;

/**
 * A member of an epoll set: the descriptor number it was added under, the open file description it watches, events (EPOLL*) and user
 * data; {@code isReported}: edge-triggered (EPOLLET), and what is ready has been told.
 */
public record EpollMember(int number, ObjectId target, int events, long data, boolean isReported) {
    /** One that is told of when it is ready. */
    public EpollMember(int number, ObjectId target, int events, long data) {
        this(number, target, events, data, false);
    }
}
