package dev.reprise.engine.model;

/** What becomes of the original once the image is complete; the image records it as running in every case. */
public enum After {
    /** It runs on as if nothing had happened. */
    RUN_ON,
    /** It stays stopped by SIGSTOP. */
    STOP,
    /** It is killed by SIGKILL, after the image is complete and its sink closed. */
    KILL
}
