package dev.reprise.image.state;

/** A message in a POSIX message queue. */
public record QueuedMessage(int priority, Bytes content) {}
