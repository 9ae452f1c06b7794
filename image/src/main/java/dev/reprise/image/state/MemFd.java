package dev.reprise.image.state;

/** An open memfd_create(2) file, or shared anonymous memory that was opened by its link in /proc/PID/map_files. */
public record MemFd(ObjectId id, int flags, FileOwner owner, ObjectId memory, long offset) implements OpenFile {}
