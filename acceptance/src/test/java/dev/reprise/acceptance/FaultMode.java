package dev.reprise.acceptance;

import dev.reprise.engine.Checkpoint;
import dev.reprise.engine.MemoryStore;
import dev.reprise.engine.SavedImage;
import dev.reprise.engine.model.After;
import dev.reprise.engine.model.CheckpointException;
import dev.reprise.engine.model.CheckpointOptions;
import dev.reprise.engine.model.CopyOnWrite;
import dev.reprise.engine.model.Opening;
import dev.reprise.engine.model.Progress;
import dev.reprise.engine.model.RestoreException;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The ways to take a checkpoint in which calls fail. */
enum FaultMode {
    STOP_AND_COPY(CheckpointOptions.DEFAULT.with(CopyOnWrite.NEVER)),
    COPY_ON_WRITE(CheckpointOptions.DEFAULT.with(CopyOnWrite.ALWAYS)),
    KILL(CheckpointOptions.DEFAULT.with(After.KILL)),
    STOP(CheckpointOptions.DEFAULT.with(After.STOP)),
    PIPE(CheckpointOptions.DEFAULT.with(CopyOnWrite.ALWAYS)),
    MEMORY(CheckpointOptions.DEFAULT);

    private final CheckpointOptions options;

    FaultMode(CheckpointOptions options) {
        this.options = options.withoutSync();
    }

    After after() {
        return options.after();
    }

    /** Where its image is; of a pipe, where the other end puts it. */
    Path image(Path directory) {
        return this == MEMORY
                ? MemoryStore.ofUser()
                        .path("faults-of-" + ProcessHandle.current().pid())
                : directory.resolve("image");
    }

    /** Takes it. */
    void checkpoint(int pid, Path directory) throws CheckpointException, IOException, InterruptedException {
        if (this == PIPE) {
            checkpointThroughPipe(pid, image(directory));
            return;
        }
        if (this == MEMORY) {
            MemoryStore.ofUser().prepare();
        }
        Checkpoint.toFile(pid, image(directory), options, Progress.NONE);
    }

    private void checkpointThroughPipe(int pid, Path image)
            throws CheckpointException, IOException, InterruptedException {
        Pipe pipe = Pipe.open();
        Thread reader = Thread.ofPlatform().name("reader").start(() -> {
            try (var source = pipe.source();
                    FileChannel file = FileChannel.open(
                            image,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING)) {
                Channels.newInputStream(source).transferTo(Channels.newOutputStream(file));
            } catch (IOException failed) {
                throw new AssertionError(failed);
            }
        });
        try (var sink = pipe.sink()) {
            Checkpoint.toChannel(pid, sink, options, Progress.NONE);
        } finally {
            reader.join();
        }
    }

    /** Whether failed checkpoints leave what was there before. */
    boolean keepsOldOne() {
        return this != PIPE;
    }

    /** Reads and verifies the image. */
    SavedImage read(Path directory) throws IOException, RestoreException {
        try (FileChannel file = FileChannel.open(image(directory))) {
            return SavedImage.read(file, Opening.NONE);
        }
    }

    /** Gives up the image. */
    void forget(Path directory) throws IOException {
        Files.deleteIfExists(image(directory));
    }
}
