package dev.reprise.engine.model;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How an executable checkpoint is made.
 *
 * @param tool when the program is this tool itself: what is to be executed instead where the checkpoint does not fit any
 *     more. Such an executable takes everything but its memory and threads (directory, limits, priority, ignored
 *     signals, ...) from whoever executes it, and removes itself when a check fails.
 */
public record ExecutableOptions(Optional<Path> tool) {
    /** An ordinary program. */
    public static final ExecutableOptions DEFAULT = new ExecutableOptions(Optional.empty());

    /** The same for the tool itself. */
    public ExecutableOptions asToolOr(Path instead) {
        return new ExecutableOptions(Optional.of(instead));
    }
}
