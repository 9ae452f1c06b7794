package dev.reprise.engine.transport;

import dev.reprise.kernel.Proc;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file that has no name of its own in a directory of images in memory: {@code .NAME.PID-UNIQUE.part} is being written, or was,
 * {@code .NAME.PID-UNIQUE.gone} goes.
 *
 * @param path where it lies
 * @param target what it is to be called, or was
 * @param isPart whether it is to become an image
 * @param unique what grows from one to the next, as long as the machine runs
 */
record Leftover(Path path, Path target, boolean isPart, long unique) {
    static final String PART = "part";
    static final String GONE = "gone";
    private static final Pattern ASIDE = Pattern.compile("\\.(.+)\\.[0-9]{1,9}-([0-9a-f]{1,15})\\.(part|gone)");

    /** The name of what is to be {@code target}, or was it and is to go. */
    static Path aside(Path target, String kind) {
        String unique = Proc.ownPid() + "-" + Long.toHexString(System.nanoTime());
        return target.resolveSibling("." + target.getFileName() + "." + unique + "." + kind);
    }

    /** All in a directory, the oldest first. */
    static List<Leftover> in(Path directory) throws IOException {
        List<Leftover> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, ".*")) {
            for (Path file : files) {
                Matcher name = ASIDE.matcher(file.getFileName() + "");
                if (name.matches()) {
                    Path target = directory.resolve(name.group(1));
                    long unique = Long.parseLong(name.group(2), 16);
                    found.add(new Leftover(file, target, name.group(3).equals(PART), unique));
                }
            }
        } catch (DirectoryIteratorException failure) {
            throw failure.getCause();
        }
        found.sort(Comparator.comparingLong(Leftover::unique));
        return found;
    }
}
