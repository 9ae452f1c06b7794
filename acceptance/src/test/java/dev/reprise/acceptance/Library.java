package dev.reprise.acceptance;

import dev.reprise.engine.Checkpoint;
import dev.reprise.engine.Restore;
import dev.reprise.engine.model.After;
import dev.reprise.engine.model.CheckpointException;
import dev.reprise.engine.model.CheckpointOptions;
import dev.reprise.engine.model.CheckpointStats;
import dev.reprise.engine.model.Progress;
import dev.reprise.engine.model.Reason;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.engine.model.RestoreOptions;
import java.nio.file.Path;

/** The public API, whose failures are those of a test. */
final class Library {
    private Library() {}

    static CheckpointStats checkpoint(int pid, Path image, After after) {
        try {
            CheckpointOptions options = CheckpointOptions.DEFAULT.with(after).withoutSync();
            return Checkpoint.toFile(pid, image, options, Progress.NONE);
        } catch (CheckpointException failed) {
            String refusals = failed.reason() instanceof Reason.Unsupported(int _, var all) ? " " + all : "";
            throw new AssertionError("checkpoint: " + failed.getMessage() + refusals, failed);
        }
    }

    static void executable(int pid, Path file, After after) {
        try {
            CheckpointOptions options = CheckpointOptions.DEFAULT.with(after).withoutSync();
            Checkpoint.toExecutable(pid, file, options, Progress.NONE);
        } catch (CheckpointException failed) {
            String refusals = failed.reason() instanceof Reason.Unsupported(int _, var all) ? " " + all : "";
            throw new AssertionError("checkpoint: " + failed.getMessage() + refusals, failed);
        }
    }

    /** Gives the restored program's pid. */
    static int restore(Path image, RestoreOptions options) {
        try {
            return Restore.fromFile(image, options, Progress.NONE).pid();
        } catch (RestoreException failed) {
            throw new AssertionError("restore: " + failed.getMessage(), failed);
        }
    }
}
