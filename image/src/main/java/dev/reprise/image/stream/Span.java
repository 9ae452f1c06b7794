package dev.reprise.image.stream;

/** Where the data of one record lie, and where their digest record goes. */
public record Span(int lane, long position, long length, long digestPosition, int log) {}
