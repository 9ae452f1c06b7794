package dev.reprise.engine;

import dev.reprise.engine.model.Progress;
import dev.reprise.engine.model.Reason;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.engine.model.RestoreOptions;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;

/**
 * Brings checkpointed programs back.
 *
 * <p>A call returns as soon as the program runs. If it fails nothing of the program is left, and not one of its
 * instructions was executed: the whole image is verified first.
 */
public final class Restore {
    private Restore() {}

    /**
     * Restores the program in an image file.
     *
     * @throws RestoreException when the program does not run; the reason is BadImage when the image is at fault
     */
    @SuppressWarnings("DoNotCallSuggester") // until its parts are there
    public static RestoredProcess fromFile(Path image, RestoreOptions options, Progress progress)
            throws RestoreException {
        throw new RestoreException(new Reason.Incapable("restoring is not built into this version", ""));
    }

    /**
     * Restores the program in an image that comes from a channel, which is read forward only and to its end.
     *
     * @throws RestoreException as {@link #fromFile}
     */
    @SuppressWarnings("DoNotCallSuggester") // until its parts are there
    public static RestoredProcess fromChannel(ReadableByteChannel source, RestoreOptions options, Progress progress)
            throws RestoreException {
        throw new RestoreException(new Reason.Incapable("restoring is not built into this version", ""));
    }
}
