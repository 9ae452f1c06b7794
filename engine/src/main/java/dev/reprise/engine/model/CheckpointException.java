package dev.reprise.engine.model;

import org.jspecify.annotations.Nullable;

/** A checkpoint that was not taken: the program runs on as before and there is no image. */
public final class CheckpointException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Reason reason;

    public CheckpointException(Reason reason) {
        this(reason, null);
    }

    public CheckpointException(Reason reason, @Nullable Throwable cause) {
        super(reason.text(), cause);
        this.reason = reason;
    }

    /** Why not. */
    public Reason reason() {
        return reason;
    }
}
