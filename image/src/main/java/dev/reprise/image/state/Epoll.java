package dev.reprise.image.state;

import java.util.List;

/** An epoll_create(2) set. */
public record Epoll(ObjectId id, int flags, FileOwner owner, List<EpollMember> members, EpollPolling polling)
        implements OpenFile {
    public Epoll {
        members = List.copyOf(members);
    }

    /** A set that does not poll busily. */
    public Epoll(ObjectId id, int flags, FileOwner owner, List<EpollMember> members) {
        this(id, flags, owner, members, EpollPolling.NONE);
    }
}
