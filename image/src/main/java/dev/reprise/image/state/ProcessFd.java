package dev.reprise.image.state;

/** A pidfd_open(2) descriptor: the process, or with O_EXCL among the flags the thread, that it stands for; 0 for one that is gone. */
public record ProcessFd(ObjectId id, int flags, FileOwner owner, int pid) implements OpenFile {}
