package dev.reprise.engine.capture;

/** The caller has given up: everything is undone. */
public final class CancelledException extends Exception {
    private static final long serialVersionUID = 1L;

    public CancelledException() {
        super("given up; everything is as it was");
    }
}
