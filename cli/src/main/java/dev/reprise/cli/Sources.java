package dev.reprise.cli;

import dev.reprise.engine.BuildFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whether a checkout has changed since it was built, as tools/fresh.bash asks it; remembered by a tool that is about to
 * be frozen.
 *
 * @param checkout the checkout's directory
 * @param current what {@code .reprise/current} said
 * @param files all that the build depended on
 */
record Sources(Path checkout, String current, BuildFiles files) {
    private static final String CURRENT = ".reprise/current";

    /** Those of a checkout, now. */
    static Sources of(Path checkout) throws IOException {
        Path current = checkout.resolve(CURRENT);
        BuildFiles files = new BuildFiles(
                Files.readAllLines(checkout.resolve(".reprise/sources")).stream()
                        .map(checkout::resolve)
                        .toList(),
                Files.getLastModifiedTime(current));
        return new Sources(checkout, Files.readString(current), files);
    }

    /** Whether what was built then is still what is to run. A checkout that cannot be written to is run as it is. */
    boolean isFresh() {
        try {
            return Files.readString(checkout.resolve(CURRENT)).equals(current)
                    && (!files.isAnyNewer() || !Files.isWritable(checkout));
        } catch (IOException gone) {
            return false;
        }
    }
}
