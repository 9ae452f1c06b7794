package dev.reprise.image.wire;

import java.io.IOException;

/** A field or value that only a newer writer can have written: leaving it out would restore something else. */
public final class UnknownFieldException extends IOException {
    private static final long serialVersionUID = 1L;

    public UnknownFieldException(String message) {
        super(message);
    }
}
