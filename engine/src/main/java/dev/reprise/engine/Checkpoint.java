package dev.reprise.engine;

import dev.reprise.engine.capture.CheckpointRun;
import dev.reprise.engine.capture.Look;
import dev.reprise.engine.capture.Venue;
import dev.reprise.engine.model.CheckpointException;
import dev.reprise.engine.model.CheckpointOptions;
import dev.reprise.engine.model.CheckpointStats;
import dev.reprise.engine.model.CopyOnWrite;
import dev.reprise.engine.model.ExecutableOptions;
import dev.reprise.engine.model.OutsideTcp;
import dev.reprise.engine.model.PageSink;
import dev.reprise.engine.model.Progress;
import dev.reprise.engine.model.Reason;
import dev.reprise.engine.model.Refusal;
import dev.reprise.engine.model.Target;
import dev.reprise.engine.transport.Images;
import dev.reprise.engine.transport.Witness;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.List;

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
     * Writes the image of process {@code pid} and of all below it to a file, which appears under its name only when complete (mode 0600);
     * one that had the name before stays until then. A path that is a fifo or a device is written to as a stream.
     *
     * @throws CheckpointException when there is no image; the reason is Unsupported when the process holds something
     *     that cannot be saved, and lists all of it
     */
    public static CheckpointStats toFile(int pid, Path image, CheckpointOptions options, Progress progress)
            throws CheckpointException {
        return toFile(new Target.Tree(pid), image, options, progress);
    }

    /** The same for any set of processes. */
    public static CheckpointStats toFile(Target target, Path image, CheckpointOptions options, Progress progress)
            throws CheckpointException {
        if (options.proved()) {
            Proof.requireAllowed();
        }
        boolean isPlain = options.filters().areNone() && options.signer().isEmpty();
        if (options.copyOnWrite() == CopyOnWrite.KEPT && !(isPlain && MemoryStore.isOwnPlace(image))) {
            throw new IllegalArgumentException("only a plain image in memory can have twins, not " + image);
        }
        return run(
                target,
                () -> Images.create(
                        image, options.sync(), options.filters(), options.signer(), witness(options, progress)),
                image.toString(),
                options,
                progress);
    }

    private static Witness witness(CheckpointOptions options, Progress progress) {
        return new Witness() {
            @Override
            public void see(Path complete) throws IOException {
                if (options.proved()) {
                    Proof.of(complete, progress);
                }
            }

            @Override
            public void warn(String text) {
                progress.warning(text);
            }
        };
    }

    /**
     * Writes the image of process {@code pid} and of all below it to a channel in one forward pass, and closes the channel before anything
     * is done about the original. After a failure what was written ends in a record that says so.
     *
     * @throws CheckpointException as {@link #toFile}
     */
    public static CheckpointStats toChannel(
            int pid, WritableByteChannel sink, CheckpointOptions options, Progress progress)
            throws CheckpointException {
        return toChannel(new Target.Tree(pid), sink, options, progress);
    }

    /** The same for any set of processes. */
    public static CheckpointStats toChannel(
            Target target, WritableByteChannel sink, CheckpointOptions options, Progress progress)
            throws CheckpointException {
        requireWritten(options);
        return run(
                target,
                () -> Images.createOwning(sink, options.filters(), options.signer()),
                "the image's stream",
                options,
                progress);
    }

    /**
     * Writes process {@code pid} as an executable file: executed, it goes on where the process was, without Java and
     * without this tool. It appears under its name only when complete (mode 0700).
     *
     * @throws CheckpointException as {@link #toFile}; also Unsupported for what an executable cannot carry
     */
    public static CheckpointStats toExecutable(
            int pid, Path executable, ExecutableOptions how, CheckpointOptions options, Progress progress)
            throws CheckpointException {
        return toExecutable(new Target.Tree(pid), executable, how, options, progress);
    }

    /** The same for any set of processes, which must be one. */
    public static CheckpointStats toExecutable(
            Target target, Path executable, ExecutableOptions how, CheckpointOptions options, Progress progress)
            throws CheckpointException {
        requireWritten(options);
        return run(
                target,
                () -> ExecutableFile.create(executable, how, progress),
                executable.toString(),
                options.with(OutsideTcp.REFUSE),
                progress);
    }

    private static void requireWritten(CheckpointOptions options) {
        if (options.copyOnWrite() == CopyOnWrite.KEPT) {
            throw new IllegalArgumentException("only an image in memory can have twins");
        }
    }

    /** Opens a sink, once it is known that there will be something to write. */
    private interface Opening {
        PageSink open() throws IOException;
    }

    private static CheckpointStats run(
            Target target, Opening opening, String where, CheckpointOptions options, Progress progress)
            throws CheckpointException {
        progress.phase("look");
        try (Venue venue = Venue.of(target)) {
            List<Refusal> refusals =
                    venue.at(() -> Patience.untilNothingPasses(() -> Look.refusals(target, options.links())));
            if (!refusals.isEmpty()) {
                throw new CheckpointException(new Reason.Unsupported(target, refusals));
            }
            try (PageSink sink = venue.hasOtherFiles() ? HomeSink.of(opening.open()) : opening.open()) {
                return venue.at(() -> run(target, sink, options, progress));
            }
        } catch (CheckpointException refused) {
            throw refused;
        } catch (Exception failure) {
            throw new CheckpointException(Reasons.ofCheckpoint(target, where, failure), failure);
        }
    }

    private static CheckpointStats run(Target target, PageSink sink, CheckpointOptions options, Progress progress)
            throws Exception {
        try {
            // A refusal in the freeze comes before the first byte of the image.
            return Patience.untilTaken(() -> CheckpointRun.run(target, sink, options, progress));
        } catch (Exception failure) {
            sink.fail(String.valueOf(failure.getMessage()));
            throw failure;
        }
    }
}
