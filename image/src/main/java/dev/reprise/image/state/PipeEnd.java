package dev.reprise.image.state;

/** An open end of a pipe; O_ACCMODE of the flags says which (O_RDWR is possible through /proc/PID/fd). */
public record PipeEnd(ObjectId id, int flags, FileOwner owner, ObjectId pipe) implements OpenFile {}
