package dev.reprise.cli;

import dev.reprise.engine.SavedImage;
import dev.reprise.engine.model.Opening;
import dev.reprise.engine.model.RestoreException;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code reprise show}: what is in an image. */
@Command(
        name = "show",
        description = "Print what is in an image: tasks, mappings, descriptors, sizes. Needs no privileges.",
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {"0:the image is good", "1:it is bad, or cannot be read", "2:wrong usage"})
final class ShowCommand implements Callable<Integer> {
    @Mixin
    private final Console console = new Console();

    @Parameters(paramLabel = "IMAGE", description = "The image; - is stdin, mem:NAME one in memory.")
    @SuppressWarnings("NullAway.Init")
    private Path image;

    @Option(names = "--json", description = "Print JSON (docs/schema/show.json).")
    private boolean json;

    @Mixin
    private final OpeningArguments openings = new OpeningArguments();

    @Override
    public Integer call() {
        try {
            return show(openings.opening(console));
        } catch (IOException failed) {
            console.error(Failures.text(failed), failed);
            return ExitStatus.FAILED;
        }
    }

    private int show(Opening opening) {
        try (ReadableByteChannel source = ImageChannel.open(image)) {
            SavedImage saved = SavedImage.read(source, opening);
            System.out.print(json ? Json.of(ImageJson.map(saved)) : ImageText.of(saved));
            return ExitStatus.DONE;
        } catch (RestoreException bad) {
            console.error(bad.reason(), bad);
        } catch (IOException failed) {
            console.error(image + ": " + Failures.text(failed), failed);
        }
        return ExitStatus.FAILED;
    }
}
