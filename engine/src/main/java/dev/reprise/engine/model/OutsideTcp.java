package dev.reprise.engine.model;

/** What becomes of a TCP connection whose other end is outside of what is saved. */
public enum OutsideTcp {
    /** There is no checkpoint: each such connection is refused by name. */
    REFUSE,
    /**
     * It is saved as one that has been reset: a restored program reads what had come, then sees ECONNRESET. The original that runs
     * on keeps its connection, and its peer hears nothing of a restore.
     */
    RESET
}
