package dev.reprise.acceptance;

import static java.util.Objects.requireNonNull;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where these tests run: inside a checkout. */
final class Checkout {
    /** The checkout's root. */
    static final Path ROOT = findRoot();

    /** The built guests and their table. */
    static final Path GUESTS = ROOT.resolve("acceptance/target/guests");

    private Checkout() {}

    private static Path findRoot() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.exists(directory.resolve("mvnw"))) {
            directory = requireNonNull(directory.getParent(), "these tests run inside a checkout");
        }
        return directory;
    }
}
