package dev.reprise.image.state;

import java.util.List;

/** An epoll_create(2) set. */
public record Epoll(ObjectId id, int flags, FileOwner owner, List<EpollMember> members) implements OpenFile {
    public Epoll {
        members = List.copyOf(members);
    }
}
