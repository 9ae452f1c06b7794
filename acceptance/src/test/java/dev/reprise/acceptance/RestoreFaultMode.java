package dev.reprise.acceptance;

import dev.reprise.engine.Restore;
import dev.reprise.engine.model.Progress;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.engine.model.RestoreOptions;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;

/** The ways to restore in which calls fail. */
enum RestoreFaultMode {
    FILE,
    STREAM,
    PID_NAMESPACE;

    /** Restores; the pid as we see it. */
    int restore(Path image) throws RestoreException, IOException {
        RestoreOptions options = RestoreOptions.DEFAULT.asDetached();
        return switch (this) {
            case FILE -> Restore.fromFile(image, options, Progress.NONE).pid();
            case PID_NAMESPACE ->
                Restore.fromFile(image, options.inPidNamespace(), Progress.NONE).pid();
            case STREAM -> {
                // Through a filter of Java's: a channel that is no file.
                try (var channel = Channels.newChannel(new BufferedInputStream(Files.newInputStream(image)))) {
                    yield Restore.fromChannel(channel, options, Progress.NONE).pid();
                }
            }
        };
    }
}
