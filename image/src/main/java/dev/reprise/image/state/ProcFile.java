package dev.reprise.image.state;

/** A file or directory of /proc: the kernel's own words, opened again when the tasks that they are about are there. */
public record ProcFile(ObjectId id, int flags, FileOwner owner, String path, long offset) implements OpenFile {}
