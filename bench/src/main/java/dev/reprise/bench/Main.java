package dev.reprise.bench;

import dev.reprise.engine.Version;

/** Prints the table of measurements, each beside its yardstick. */
public final class Main {
    private Main() {}

    /** Runs every measurement. */
    public static void main(String[] args) {
        System.out.println("reprise bench " + Version.current() + ": no measurement yet");
    }
}
