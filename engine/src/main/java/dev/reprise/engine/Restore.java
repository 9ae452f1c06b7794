package dev.reprise.engine;

import dev.reprise.engine.capture.CancelledException;
import dev.reprise.engine.model.Host;
import dev.reprise.engine.model.PageSource;
import dev.reprise.engine.model.Progress;
import dev.reprise.engine.model.Reason;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.engine.model.RestoreOptions;
import dev.reprise.engine.rebuild.RestoreRun;
import dev.reprise.engine.transport.Images;
import dev.reprise.engine.transport.ReadFailure;
import dev.reprise.image.BadImageException;
import dev.reprise.image.state.PageRun;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.x86_64.XsaveComponents;
import java.io.IOException;
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
    public static RestoredProcess fromFile(Path image, RestoreOptions options, Progress progress)
            throws RestoreException {
        return run(
                () -> Images.open(image, host(), options.opening()),
                () -> Images.openStreamed(image, host(), options.opening()),
                image.toString(),
                options,
                progress);
    }

    /**
     * Restores the program in an image that comes from a channel, which is read forward only and to its end.
     *
     * @throws RestoreException as {@link #fromFile}
     */
    public static RestoredProcess fromChannel(ReadableByteChannel source, RestoreOptions options, Progress progress)
            throws RestoreException {
        Remembering channel = new Remembering(source);
        Progress forgetting = new ForgettingProgress(progress, channel);
        try {
            Opening opening = () -> Images.open(channel, host(), options.opening());
            return run(opening, opening, "the image's stream", options, forgetting);
        } catch (RestoreException failed) {
            if (failed.reason() instanceof Reason.OwnIds own) {
                throw new RestoreException(new Reason.OwnIds(own.id(), channel.content()), failed);
            }
            throw failed;
        }
    }

    static Host host() {
        return new Host("x86-64", PageRun.PAGE_SIZE, XsaveComponents.supported());
    }

    private interface Opening {
        PageSource open() throws IOException;
    }

    // Where the image's files are seen, its own cannot be: then it comes as a stream, which is always good.
    private static RestoredProcess run(
            Opening opening, Opening streaming, String where, RestoreOptions options, Progress progress)
            throws RestoreException {
        long start = System.nanoTime();
        try (PageSource source = opening.open();
                Destination destination = Destination.of(source.image(), options)) {
            if (!destination.hasOtherFiles() || source instanceof PageSource.Streamed) {
                return run(source, destination, options, progress, start);
            }
            try (PageSource stream = streaming.open()) {
                return run(stream, destination, options, progress, start);
            }
        } catch (RestoreException known) {
            throw known;
        } catch (Exception failure) {
            throw new RestoreException(reason(where, failure), failure);
        }
    }

    private static RestoredProcess run(
            PageSource source, Destination destination, RestoreOptions options, Progress progress, long start)
            throws Exception {
        RestoreRun.Running running = destination.at(() -> RestoreRun.restore(source, options, progress));
        return new Restored(running, source.image(), System.nanoTime() - start);
    }

    private static Reason reason(String where, Exception failure) {
        return switch (failure) {
            case KernelException kernel -> Reasons.ofKernel(kernel);
            case CancelledException _ -> new Reason.Cancelled();
            case BadImageException bad -> ReadFailure.reason(bad);
            case IOException io -> Reasons.ofIo(where, io);
            default -> throw Reasons.unexpected(failure);
        };
    }
}
