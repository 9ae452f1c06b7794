package dev.reprise.engine.rebuild;

/** A word of a program's memory that holds the id of one of its tasks, and {@code flags} above it. */
record OwnerWord(long address, int tid, int flags) {}
