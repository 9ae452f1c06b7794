package dev.reprise.engine.model;

import org.jspecify.annotations.Nullable;

/** A restore that did not happen: nothing of it is left running. */
public final class RestoreException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Reason reason;

    public RestoreException(Reason reason) {
        this(reason, null);
    }

    public RestoreException(Reason reason, @Nullable Throwable cause) {
        super(reason.text(), cause);
        this.reason = reason;
    }

    /** Why not. */
    public Reason reason() {
        return reason;
    }
}
