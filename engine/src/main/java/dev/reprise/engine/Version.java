package dev.reprise.engine;

/** Which Reprise this is. */
public final class Version {
    private Version() {}

    /** The version as text, e.g. {@code 0.1.0-SNAPSHOT}. */
    public static String current() {
        return "0.1.0-SNAPSHOT";
    }
}
