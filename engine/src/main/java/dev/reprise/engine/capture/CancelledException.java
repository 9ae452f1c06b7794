package dev.reprise.engine.capture;

import java.io.IOException;

/** The caller has given up: everything is undone. */
public final class CancelledException extends IOException {
    private static final long serialVersionUID = 1L;

    public CancelledException() {
        super("given up; everything is as it was");
    }
}
