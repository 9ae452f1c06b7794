package dev.reprise.image.state;

/** A member of an epoll set: the descriptor number it was added under, the open file description it watches, events (EPOLL*) and user data. */
public record EpollMember(int number, ObjectId target, int events, long data) {}
