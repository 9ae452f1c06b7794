package dev.reprise.engine;

import dev.reprise.engine.model.CheckpointException;
import dev.reprise.engine.model.CheckpointOptions;
import dev.reprise.engine.model.CheckpointStats;
import dev.reprise.engine.model.Progress;
import dev.reprise.engine.model.Reason;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/**
 * Takes checkpoints of running programs.
 *
 * <p>If a checkpoint succeeds, its restore succeeds, given the same files. If it fails, the exception says why and the
 * program runs on as if nothing had happened; so it does when the calling process is killed in the middle.
 *
 * <p>A call blocks until the image is complete. It may be made from any thread; two checkpoints of different processes
 * may run at once.
 */
public final class Checkpoint {
    private Checkpoint() {}

    /**
     * Writes the image of process {@code pid} to a file, which appears under its name only when complete (mode 0600);
     * one that had the name before stays until then.
     *
     * @throws CheckpointException when there is no image; the reason is Unsupported when the process holds something
     *     that cannot be saved, and lists all of it
     */
    @SuppressWarnings("DoNotCallSuggester") // until its parts are there
    public static CheckpointStats toFile(int pid, Path image, CheckpointOptions options, Progress progress)
            throws CheckpointException {
        throw new CheckpointException(new Reason.Incapable("checkpoints are not built into this version", ""));
    }

    /**
     * Writes the image of process {@code pid} to a channel in one forward pass, and closes the channel before anything
     * is done about the original. After a failure what was written ends in a record that says so.
     *
     * @throws CheckpointException as {@link #toFile}
     */
    @SuppressWarnings("DoNotCallSuggester") // until its parts are there
    public static CheckpointStats toChannel(
            int pid, WritableByteChannel sink, CheckpointOptions options, Progress progress)
            throws CheckpointException {
        throw new CheckpointException(new Reason.Incapable("checkpoints are not built into this version", ""));
    }
}
