package dev.reprise.engine.model;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How an executable is made.
 *
 * @param mapped whether it maps its memory from the file instead of copying it: it starts in a moment, but memory that the
 *     program gives back by madvise(MADV_DONTNEED) then has the old bytes in it instead of zeros
 * @param sync whether the file is on the disk (fsync) before it gets its name
 * @param tool when the program is this tool itself: what is to be executed instead where the checkpoint does not fit any
 *     more. Such an executable takes everything but its memory and threads (directory, limits, priority, ignored
 *     signals, ...) from whoever executes it, and removes itself when a check fails.
 */
public record ExecutableOptions(boolean mapped, boolean sync, Optional<Path> tool) {
    /** Memory is copied, the file is safe on the disk. */
    public static final ExecutableOptions DEFAULT = new ExecutableOptions(false, true, Optional.empty());
}
