package dev.reprise.engine.model;

/** What a restored program sees of the clocks that count since the start of the machine, where they differ. */
public enum Clock {
    /** It goes on from what it saw last, by a time namespace with offsets. */
    KEEP,
    /** It sees the host's. */
    HOST
}
