package dev.reprise.engine.model;

/** What a long operation tells its caller, and is told: called on the operation's own threads, so it must not block. */
public interface Progress {
    /** Says nothing and never gives up. */
    Progress NONE = new Progress() {};

    /** A named phase begins: "freeze", "memory", "thaw"... */
    default void phase(String name) {}

    /** So many of the bytes that are to be moved have been. */
    default void bytes(long done, long total) {}

    /** Something that the user should know though it is no failure; one line. */
    default void warning(String text) {}

    /** Whether the caller has given up. Asked between steps; the operation then undoes everything and fails as cancelled. */
    default boolean isCancelled() {
        return false;
    }
}
