package dev.reprise.image.state;

/** An open end of a {@link Pseudoterminal}: its master, or its slave by whichever name. */
public record PseudoterminalEnd(
        ObjectId id, int flags, FileOwner owner, FileIdentity file, ObjectId terminal, boolean master)
        implements OpenFile {
    private static final String CONTROLLING = "/dev/tty";

    /** Whether it was opened as the controlling terminal, whichever that was. */
    public boolean isControlling() {
        return file.path().equals(CONTROLLING);
    }
}
