package dev.reprise.cli;

import dev.reprise.engine.Binfmt;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code reprise binfmt}: whether the kernel executes images. */
@Command(
        name = "binfmt",
        description = {
            "Let the kernel execute images, or not.",
            "When it is on, ./IMAGE (with its x bit) is restored as by 'reprise restore IMAGE', with the rights of"
                    + " whoever executes it: a set-user-id bit of the image gives nothing. It is off until 'enable', and"
                    + " after each boot."
        },
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {"0:done; for status: on", "1:failed; for status: off", "2:wrong usage"})
final class BinfmtCommand implements Callable<Integer> {
    @Mixin
    private final Console console = new Console();

    @Parameters(paramLabel = "enable|disable|status", description = "What to do.")
    @SuppressWarnings("NullAway.Init")
    private Action action;

    @Option(
            names = "--interpreter",
            paramLabel = "FILE",
            description = "What restores an image given as its first argument (default: tools/restore-image of this"
                    + " installation).")
    private Path interpreter = installed();

    /** What can be done. */
    enum Action {
        ENABLE,
        DISABLE,
        STATUS
    }

    @Override
    public Integer call() {
        try {
            switch (action) {
                case ENABLE -> Binfmt.enable(interpreter.toAbsolutePath());
                case DISABLE -> Binfmt.disable();
                case STATUS -> {
                    String status = Binfmt.status();
                    System.out.println(status);
                    return status.startsWith("on") ? ExitStatus.DONE : ExitStatus.FAILED;
                }
            }
            return ExitStatus.DONE;
        } catch (IOException failed) {
            console.error(Failures.text(failed), failed);
            return ExitStatus.FAILED;
        }
    }

    // The launcher runs what lies in .reprise/app/DIGEST of its own directory.
    private static Path installed() {
        return Path.of(System.getProperty("jdk.module.path", ".").split(":")[0])
                .resolve("../../../tools/restore-image")
                .normalize();
    }
}
