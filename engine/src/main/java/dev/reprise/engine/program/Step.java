package dev.reprise.engine.program;

/** An entry of a program under construction; as an argument, its result. */
public final class Step implements Arg {
    private final int index;
    private String subject = "";

    Step(int index) {
        this.index = index;
    }

    /** Says what the call is about ("/etc/passwd", "descriptor 7"), for the line a user sees when it fails. */
    public Step about(String subject) {
        this.subject = subject;
        return this;
    }

    /** Its place in the program. */
    public int index() {
        return index;
    }

    String subject() {
        return subject;
    }
}
