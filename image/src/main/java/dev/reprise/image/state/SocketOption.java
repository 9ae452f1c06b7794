package dev.reprise.image.state;

/** A setsockopt(2) option that differs from the default. */
public record SocketOption(int level, int name, Bytes value) {}
