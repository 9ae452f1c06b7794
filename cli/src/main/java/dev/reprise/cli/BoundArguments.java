package dev.reprise.cli;

import dev.reprise.engine.model.Bounds;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a checkpoint may cost a program that runs on. */
final class BoundArguments {
    @Option(
            names = "--max-pause",
            paramLabel = "TIME",
            converter = Quantities.Nanos.class,
            description = "Give up, and let the program run on, when it would stand still for longer (20ms, 1s).")
    private @Nullable Long maxPause;

    @Option(
            names = "--max-memory",
            paramLabel = "SIZE",
            converter = Quantities.Bytes.class,
            description = "Give up when the copies of the program's memory take more than this of their own while the"
                    + " program writes to it (500M, 2G).")
    private @Nullable Long maxMemory;

    @Option(
            names = "--rate",
            paramLabel = "SIZE",
            converter = Quantities.Bytes.class,
            description = "Write at most so many bytes of the copied memory in a second (100M).")
    private @Nullable Long rate;

    boolean isGiven() {
        return maxPause != null || maxMemory != null || rate != null;
    }

    /** Whether there are bounds of what a copy may cost after the program has been let go. */
    boolean areOfCopies() {
        return maxMemory != null || rate != null;
    }

    Bounds bounds() {
        return new Bounds(orNone(maxPause), orNone(maxMemory), orNone(rate));
    }

    private static long orNone(@Nullable Long bound) {
        return bound == null ? Long.MAX_VALUE : bound;
    }
}
