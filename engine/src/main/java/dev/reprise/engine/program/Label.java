package dev.reprise.engine.program;

/** A place in a program that others jump to; as an argument, the address of the entry there. */
public final class Label implements Arg {
    private int index = -1;

    Label() {}

    void place(int at) {
        if (index >= 0) {
            throw new IllegalStateException("placed twice");
        }
        index = at;
    }

    int index() {
        if (index < 0) {
            throw new IllegalStateException("a label that was never placed");
        }
        return index;
    }
}
