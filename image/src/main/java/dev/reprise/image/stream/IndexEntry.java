package dev.reprise.image.stream;

/** Where a record is: its type, lane and key, and the position of its head. */
public record IndexEntry(int type, int lane, int key, long position) {}
