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
        BuildFiles files = new BuildFiles(Files.readAllLines(checkout.resolve(".reprise/sources")).stream()
                .map(checkout::resolve)
                .toList());
        return new Sources(checkout, Files.readString(current), files);
    }

    /**
     * Whether what was built then is still what is to run: another build may have come to the same since. A checkout that
     * cannot be written to is run as it is.
     */
    boolean isFresh() {
        try {
            Path now = checkout.resolve(CURRENT);
            return Files.readString(now).equals(current)
                    && (!files.isAnyNewerThan(Files.getLastModifiedTime(now)) || !Files.isWritable(checkout));
        } catch (IOException gone) {
            return false;
        }
    }
}
