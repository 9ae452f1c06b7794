package dev.reprise.engine.capture;

import java.io.IOException;

/** A checkpoint costs its program more than it may: everything is undone. */
public final class BoundException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String what;
    private final String help;

    BoundException(String what, String help) {
        super(what);
        this.what = what;
        this.help = help;
    }

    /** Which bound, and what it was instead. */
    public String what() {
        return what;
    }

    /** What may help. */
    public String help() {
        return help;
    }
}
