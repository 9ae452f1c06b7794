package dev.reprise.engine;

import dev.reprise.kernel.ModificationTimes;
import dev.reprise.kernel.Native;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The files that a build depended on, remembered by the tool's checkpoint of itself: is one of them newer by now? */
public final class BuildFiles {
    private final ModificationTimes times;

    /** Of {@code files}. */
    public BuildFiles(List<Path> files) {
        this.times = new ModificationTimes(files.stream().map(Native::chars).toList());
    }

    /** Whether one of them was modified, or went, since a build began. */
    public boolean isAnyNewerThan(FileTime built) {
        return times.isAnyAfter(built.to(TimeUnit.NANOSECONDS));
    }
}
