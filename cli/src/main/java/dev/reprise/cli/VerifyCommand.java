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
import picocli.CommandLine.Parameters;

/** {@code reprise verify}: whether an image is whole. */
@Command(
        name = "verify",
        description = {
            "Read a whole image and check every byte of it against its checksums.",
            "Of what twins hold (checkpoint --twin) there are no checksums: all of it is read, and they must be what they were.",
            "Nothing of the image runs, and no privileges are needed."
        },
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {"0:the image is good", "1:it is bad, or cannot be read", "2:wrong usage"})
final class VerifyCommand implements Callable<Integer> {
    @Mixin
    private final Console console = new Console();

    @Parameters(paramLabel = "IMAGE", description = "The image; - is stdin, mem:NAME one in memory.")
    @SuppressWarnings("NullAway.Init")
    private Path image;

    @Mixin
    private final OpeningArguments openings = new OpeningArguments();

    @Mixin
    private final ProgressArguments progress = new ProgressArguments();

    @Override
    public Integer call() {
        try {
            return verify(openings.opening(console));
        } catch (IOException failed) {
            console.error(Failures.text(failed), failed);
            return ExitStatus.FAILED;
        }
    }

    private int verify(Opening opening) {
        try (ReadableByteChannel source = ImageChannel.open(image, "verify", progress)) {
            SavedImage saved = SavedImage.read(source, opening);
            System.out.println("good: format " + saved.formatVersion() + ", " + Amounts.bytes(saved.imageBytes())
                    + saved.signed().map(VerifyCommand::signed).orElse(""));
            return ExitStatus.DONE;
        } catch (RestoreException bad) {
            console.error(bad.reason(), bad);
        } catch (IOException failed) {
            console.error(image + ": " + Failures.text(failed), failed);
        }
        return ExitStatus.FAILED;
    }

    private static String signed(SavedImage.Signed by) {
        return ", signed by " + by.fingerprint() + (by.isVerified() ? "" : " as it says itself");
    }
}
