package dev.reprise.image.wire;

import java.io.IOException;

/** A message that no writer of this version writes. */
public final class MalformedException extends IOException {
    private static final long serialVersionUID = 1L;

    public MalformedException(String message) {
        super(message);
    }
}
