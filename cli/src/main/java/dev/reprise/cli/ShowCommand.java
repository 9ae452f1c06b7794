package dev.reprise.cli;

import dev.reprise.engine.SavedImage;
import dev.reprise.engine.model.Opening;
import dev.reprise.engine.model.RestoreException;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code reprise show}: what is in an image. */
@Command(
        name = "show",
        description = "Print what is in an image: tasks, mappings, descriptors, sizes. Needs no privileges.",
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {"0:the image is good", "1:it is bad, or cannot be read", "2:wrong usage"})
final class ShowCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private final Console console = new Console();

    @Parameters(paramLabel = "IMAGE", description = "The image; - is stdin, mem:NAME one in memory.")
    @SuppressWarnings("NullAway.Init")
    private Path image;

    @Option(names = "--json", description = "Print JSON (docs/schema/show.json).")
    private boolean json;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description =
                    "Write a page for a browser, all in one file: the tree, the memory map of each process (what is saved,"
                            + " shared, zero), descriptors and threads.")
    private @Nullable Path html;

    @Option(
            names = "--stats",
            paramLabel = "FILE",
            description = "With --html: what --stats of the checkpoint has written; the page gets its timeline.")
    private @Nullable Path stats;

    @Mixin
    private final OpeningArguments openings = new OpeningArguments();

    @Override
    public Integer call() {
        if (stats != null && html == null) {
            throw new ParameterException(spec.commandLine(), "--stats is about the page of --html");
        }
        if (json && html != null) {
            throw new ParameterException(spec.commandLine(), "--json and --html: choose one");
        }
        try (FileAside page = FileAside.prepareIfAny(html)) {
            RunFigures run = stats == null ? null : RunFigures.read(stats);
            return show(openings.opening(console), page, run);
        } catch (IOException failed) {
            console.error(Failures.text(failed), failed);
            return ExitStatus.FAILED;
        }
    }

    private int show(Opening opening, @Nullable FileAside page, @Nullable RunFigures run) throws IOException {
        SavedImage saved;
        try (ReadableByteChannel source = ImageChannel.open(image)) {
            saved = SavedImage.read(source, opening);
        } catch (RestoreException bad) {
            console.error(bad.reason(), bad);
            return ExitStatus.FAILED;
        } catch (IOException failed) {
            console.error(image + ": " + Failures.text(failed), failed);
            return ExitStatus.FAILED;
        }
        if (page != null) {
            page.write(ImagePage.of(saved, run));
        } else {
            System.out.print(json ? Json.of(ImageJson.map(saved)) : ImageText.of(saved));
        }
        return ExitStatus.DONE;
    }
}
