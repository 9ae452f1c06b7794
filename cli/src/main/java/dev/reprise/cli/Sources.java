package dev.reprise.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;

/**
 * Whether a checkout has changed since it was built, as tools/fresh.bash asks it; remembered by a tool that is about to
 * be frozen.
 *
 * @param checkout the checkout's directory
 * @param current what {@code .reprise/current} said
 * @param built when
 * @param files all that the build depended on
 */
record Sources(Path checkout, String current, FileTime built, List<Path> files) {
    private static final String CURRENT = ".reprise/current";

    /** Those of a checkout, now. */
    static Sources of(Path checkout) throws IOException {
        Path current = checkout.resolve(CURRENT);
        List<Path> files = Files.readAllLines(checkout.resolve(".reprise/sources")).stream()
                .map(checkout::resolve)
                .toList();
        return new Sources(checkout, Files.readString(current), Files.getLastModifiedTime(current), files);
    }

    /** Whether what was built then is still what is to run. A checkout that cannot be written to is run as it is. */
    boolean isFresh() {
        try {
            if (!Files.readString(checkout.resolve(CURRENT)).equals(current)) {
                return false;
            }
            if (!Files.isWritable(checkout)) {
                return true;
            }
            for (Path file : files) {
                if (Files.getLastModifiedTime(file).compareTo(built) > 0) {
                    return false;
                }
            }
            return true;
        } catch (IOException gone) {
            return false;
        }
    }
}
