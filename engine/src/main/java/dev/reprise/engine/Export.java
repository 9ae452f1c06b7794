package dev.reprise.engine;

import dev.reprise.engine.model.ExecutableOptions;
import dev.reprise.engine.model.Host;
import dev.reprise.engine.model.Opening;
import dev.reprise.engine.model.PageSource;
import dev.reprise.engine.model.Progress;
import dev.reprise.engine.model.Reason;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.engine.model.Target;
import dev.reprise.engine.transport.Images;
import dev.reprise.engine.transport.ReadFailure;
import dev.reprise.image.BadImageException;
import dev.reprise.image.state.PageRun;
import dev.reprise.kernel.x86_64.XsaveComponents;
import java.io.IOException;
import java.nio.file.Path;

/** Makes something else of an image. */
public final class Export {
    private Export() {}

    /**
     * Makes an executable of an image file: executed, it goes on where the program was, without Java and without this
     * tool. It appears under its name only when complete (mode 0700).
     *
     * @throws RestoreException when there is no executable; BadImage when the image is at fault, Incapable when an
     *     executable cannot carry what is in it
     */
    public static void toExecutable(
            Path image, Opening opening, Path executable, ExecutableOptions options, Progress progress)
            throws RestoreException {
        progress.phase("read");
        Host host = new Host("x86-64", PageRun.PAGE_SIZE, XsaveComponents.supported());
        try (PageSource source = Images.open(image, host, opening)) {
            if (source instanceof PageSource.InPlace file) {
                long total = source.image().pageBytes();
                file.verify(done -> progress.bytes(done, total));
            }
            progress.phase("write");
            try (ExecutableFile sink = ExecutableFile.create(executable, options, progress)) {
                sink.copy(source);
                sink.finish();
            }
        } catch (NotExecutable not) {
            throw new RestoreException(new Reason.Unsupported(new Target.Only(not.pid()), not.refusals()), not);
        } catch (BadImageException bad) {
            throw new RestoreException(ReadFailure.reason(bad), bad);
        } catch (IOException io) {
            throw new RestoreException(Reasons.ofIo(image.toString(), io), io);
        }
    }
}
