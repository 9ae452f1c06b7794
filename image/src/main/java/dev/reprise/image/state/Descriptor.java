package dev.reprise.image.state;

/** A descriptor: a number, its flag and the open file description it leads to. */
public record Descriptor(int number, boolean closeOnExec, ObjectId openFile) {}
