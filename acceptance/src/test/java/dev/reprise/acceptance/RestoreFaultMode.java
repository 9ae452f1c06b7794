package dev.reprise.acceptance;

import dev.reprise.engine.Restore;
import dev.reprise.engine.RestoredProcess;
import dev.reprise.engine.model.LazyMemory;
import dev.reprise.engine.model.Progress;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.engine.model.RestoreOptions;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The ways to restore in which calls fail. */
enum RestoreFaultMode {
    FILE,
    STREAM,
    PID_NAMESPACE,
    LAZY;

    // When it is over: a memory that cannot come is a failure, too.
    private static int lazily(Path image, RestoreOptions options) throws RestoreException {
        RestoredProcess restored = Restore.fromFile(image, options.with(new LazyMemory(List.of())), Progress.NONE);
        try {
            restored.awaitMemory();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return restored.pid();
    }

    /** Restores; the pid as we see it. */
    int restore(Path image) throws RestoreException, IOException {
        RestoreOptions options = RestoreOptions.DEFAULT.asDetached();
        return switch (this) {
            case FILE -> Restore.fromFile(image, options, Progress.NONE).pid();
            case PID_NAMESPACE ->
                Restore.fromFile(image, options.inPidNamespace(), Progress.NONE).pid();
            case LAZY -> lazily(image, options);
            case STREAM -> {
                // Through a filter of Java's: a channel that is no file.
                try (var channel = Channels.newChannel(new BufferedInputStream(Files.newInputStream(image)))) {
                    yield Restore.fromChannel(channel, options, Progress.NONE).pid();
                }
            }
        };
    }
}
