package dev.reprise.cli;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the relative names of a command line begin. The JDK takes the working directory once, at its start; a tool that
 * was frozen since has another one.
 */
final class WorkingDirectory {
    private static final Path NONE = Path.of("");
    private static final Path STANDARD_STREAM = Path.of("-");

    private static Path directory = NONE;

    private WorkingDirectory() {}

    /** From now on names are those of {@code now}, an absolute path. */
    static void set(Path now) {
        directory = now;
    }

    /** The path that a user has named; "-" is no file, {@code mem:NAME} one in memory, {@code store:DIR} stands for a {@link StoreName}. */
    static Path path(String name) {
        Optional<Path> memory = MemoryNames.path(name);
        if (memory.isPresent()) {
            return memory.get();
        }
        Optional<Path> stored = StoreName.path(name, directory);
        if (stored.isPresent()) {
            return stored.get();
        }
        Path path = Path.of(name);
        return path.equals(STANDARD_STREAM) ? path : directory.resolve(path);
    }
}
