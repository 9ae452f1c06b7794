package dev.reprise.acceptance;

import dev.reprise.engine.Checkpoint;
import dev.reprise.engine.Restore;
import dev.reprise.engine.RestoredProcess;
import dev.reprise.engine.model.After;
import dev.reprise.engine.model.CheckpointException;
import dev.reprise.engine.model.CheckpointOptions;
import dev.reprise.engine.model.CheckpointStats;
import dev.reprise.engine.model.CopyOnWrite;
import dev.reprise.engine.model.ExecutableOptions;
import dev.reprise.engine.model.LazyMemory;
import dev.reprise.engine.model.Progress;
import dev.reprise.engine.model.Reason;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.engine.model.RestoreOptions;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.opentest4j.TestAbortedException;

/** The public API, whose failures are those of a test. */
final class Library {
    private Library() {}

    static CheckpointStats checkpoint(int pid, Path image, After after) {
        return checkpoint(pid, image, CheckpointOptions.DEFAULT.with(after).withoutSync());
    }

    /** It runs on, all its memory copied on write. */
    static CheckpointStats copyOnWrite(int pid, Path image) {
        return checkpoint(
                pid, image, CheckpointOptions.DEFAULT.with(CopyOnWrite.ALWAYS).withoutSync());
    }

    /** It runs on, and twins hold its memory; skips the test where it would see them. */
    static CheckpointStats twin(int pid, Path image) {
        try (Births.Held _ = Births.checkpoint()) {
            CheckpointOptions options =
                    CheckpointOptions.DEFAULT.with(CopyOnWrite.KEPT).withoutSync();
            return Checkpoint.toFile(pid, image, options, Progress.NONE);
        } catch (CheckpointException failed) {
            if (failed.reason() instanceof Reason.Unsupported(var _, var all)) {
                if (all.stream().allMatch(one -> one.help().equals("checkpoint without --twin"))) {
                    throw new TestAbortedException(all.toString());
                }
                throw new AssertionError("checkpoint: " + failed.getMessage() + " " + all, failed);
            }
            throw new AssertionError("checkpoint: " + failed.getMessage(), failed);
        }
    }

    /** It runs on, and its image is proved. */
    static void prove(int pid, Path image) {
        checkpoint(pid, image, CheckpointOptions.DEFAULT.withoutSync().withProof());
    }

    /** The same, as a stream. */
    static void copyOnWriteToStream(int pid, Path image) throws IOException {
        try (Births.Held _ = Births.checkpoint();
                WritableByteChannel stream = Channels.newChannel(Files.newOutputStream(image))) {
            Checkpoint.toChannel(pid, stream, CheckpointOptions.DEFAULT.with(CopyOnWrite.ALWAYS), Progress.NONE);
        } catch (CheckpointException failed) {
            throw new AssertionError("checkpoint: " + failed.getMessage(), failed);
        }
    }

    static CheckpointStats checkpoint(int pid, Path image, CheckpointOptions options) {
        try (Births.Held _ = Births.checkpoint()) {
            return Checkpoint.toFile(pid, image, options, Progress.NONE);
        } catch (CheckpointException failed) {
            String refusals = switch (failed.reason()) {
                case Reason.Unsupported(var _, var all) -> " " + all;
                case Reason.Unproved(var flaws) -> " " + String.join("; ", flaws);
                default -> "";
            };
            throw new AssertionError("checkpoint: " + failed.getMessage() + refusals, failed);
        }
    }

    /** Kill and restore, the image on its way through a pipe all the time. */
    static void throughPipe(int pid, RestoreOptions options) throws IOException, InterruptedException {
        Pipe pipe = Pipe.open();
        Pipe.SinkChannel sink = pipe.sink();
        Pipe.SourceChannel source = pipe.source();
        CompletableFuture<CheckpointStats> checkpoint = new CompletableFuture<>();
        Thread writer = Thread.ofPlatform().start(() -> {
            try (sink) {
                checkpoint.complete(
                        Checkpoint.toChannel(pid, sink, CheckpointOptions.DEFAULT.with(After.KILL), Progress.NONE));
            } catch (CheckpointException | IOException | RuntimeException failed) {
                checkpoint.completeExceptionally(failed);
            }
        });
        try (source;
                Births.Held _ = Births.birth()) {
            Restore.fromChannel(source, options, Progress.NONE);
        } catch (RestoreException failed) {
            source.close();
            writer.join();
            if (checkpoint.isCompletedExceptionally()) {
                failed.addSuppressed(checkpoint.exceptionNow());
                throw new AssertionError(
                        "restore: " + failed.getMessage() + ", checkpoint: "
                                + checkpoint.exceptionNow().getMessage(),
                        failed);
            }
            throw new AssertionError("restore: " + failed.getMessage(), failed);
        }
        writer.join();
        checkpoint.join();
    }

    static void executable(int pid, Path file, After after) {
        try (Births.Held _ = Births.checkpoint()) {
            Checkpoint.toExecutable(
                    pid,
                    file,
                    new ExecutableOptions(false, false, Optional.empty()),
                    CheckpointOptions.DEFAULT.with(after),
                    Progress.NONE);
        } catch (CheckpointException failed) {
            String refusals = failed.reason() instanceof Reason.Unsupported(var _, var all) ? " " + all : "";
            throw new AssertionError("checkpoint: " + failed.getMessage() + refusals, failed);
        }
    }

    /** Gives the restored program's pid. */
    static int restore(Path image, RestoreOptions options) {
        try (Births.Held _ = Births.birth()) {
            return Restore.fromFile(image, options, Progress.NONE).pid();
        } catch (RestoreException failed) {
            throw new AssertionError("restore: " + failed.getMessage(), failed);
        }
    }

    /** Restores a program that runs, when this returns, though its memory may not be there. */
    static RestoredProcess restoreLazily(Path image) {
        try (Births.Held _ = Births.birth()) {
            return Restore.fromFile(
                    image, RestoreOptions.DEFAULT.asDetached().with(new LazyMemory(List.of())), Progress.NONE);
        } catch (RestoreException failed) {
            throw new AssertionError("restore: " + failed.getMessage(), failed);
        }
    }

    /** Waits until it is. */
    static void awaitMemory(RestoredProcess restored) throws InterruptedException {
        try {
            restored.awaitMemory();
        } catch (RestoreException failed) {
            throw new AssertionError("memory that comes later: " + failed.getMessage(), failed);
        }
    }
}
