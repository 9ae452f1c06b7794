package dev.reprise.cli;

import dev.reprise.engine.PageStore;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.TypeConversionException;

/**
 * An image of a store as a command line calls it: {@code store:DIR::NAME}, or {@code store:DIR} for the newest one, and for the next
 * number where it is written.
 *
 * @param name empty: none is given
 */
record StoreName(Path directory, String name) {
    private static final String PREFIX = "store:";
    private static final String SEPARATOR = "::";

    /** The path that stands for one on its way through the command line, where the text is one. */
    static Optional<Path> path(String text, Path workingDirectory) {
        if (!text.startsWith(PREFIX)) {
            return Optional.empty();
        }
        int at = text.lastIndexOf(SEPARATOR);
        String directory = text.substring(PREFIX.length(), at < 0 ? text.length() : at);
        String name = at < 0 ? "" : text.substring(at + SEPARATOR.length());
        if (directory.isEmpty() || at >= 0 && !PageStore.isName(name)) {
            throw new TypeConversionException(
                    "an image in a store is store:DIR or store:DIR::NAME, the name of letters, digits"
                            + " and '_.-', not '" + text + "'");
        }
        return Optional.of(Path.of(PREFIX + workingDirectory.resolve(directory) + SEPARATOR + name));
    }

    /** What such a path stands for; nothing for any other. */
    static Optional<StoreName> of(Path path) {
        String text = path.toString();
        if (!text.startsWith(PREFIX)) {
            return Optional.empty();
        }
        int at = text.lastIndexOf(SEPARATOR);
        return Optional.of(
                new StoreName(Path.of(text.substring(PREFIX.length(), at)), text.substring(at + SEPARATOR.length())));
    }

    @Override
    public String toString() {
        return PREFIX + directory + (name.isEmpty() ? "" : SEPARATOR + name);
    }
}
