package dev.reprise.engine;

import dev.reprise.kernel.ModificationTimes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The files that a build depended on, remembered by the tool's checkpoint of itself: is one of them newer by now? */
public final class BuildFiles {
    private final ModificationTimes times;
    private final long built;

    /** Of {@code files} and a build begun at {@code built}. */
    public BuildFiles(List<Path> files, FileTime built) {
        this.times = new ModificationTimes(files.stream().map(BuildFiles::bytes).toList());
        this.built = built.to(TimeUnit.NANOSECONDS);
    }

    /** Whether one of them was modified, or went, since; about a microsecond a file. */
    public boolean isAnyNewer() {
        return times.isAnyAfter(built);
    }

    private static String bytes(Path path) {
        return new String(path.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }
}
