package dev.reprise.cli;

import dev.reprise.cli.CheckpointCommand.Answer;
import dev.reprise.engine.Export;
import dev.reprise.engine.model.ExecutableOptions;
import dev.reprise.engine.model.Opening;
import dev.reprise.engine.model.Reason;
import dev.reprise.engine.model.RestoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code reprise export}: makes an executable of an image. */
@Command(
        name = "export",
        description = {
            "Make an executable of an image.",
            "It goes on where the program was, without Java or this tool; as often as one likes, under any pid."
        },
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {
            "0:done",
            "1:failed",
            "2:wrong usage",
            "3:refused: an executable cannot carry what is in the image; every reason is on stderr"
        })
final class ExportCommand implements Callable<Integer> {
    static final String MAP = "Let the executable map its memory from its file instead of copying it: it starts in"
            + " under a millisecond. The price: memory that the program gives back by madvise(MADV_DONTNEED) then has its"
            + " old bytes again instead of zeros, which breaks allocators that rely on zeros (jemalloc's calloc).";

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private final Console console = new Console();

    @Parameters(paramLabel = "IMAGE", description = "The image: a file, or mem:NAME.")
    @SuppressWarnings("NullAway.Init")
    private Path image;

    @Option(names = "--executable", description = "Make an executable (the only thing that can be made so far).")
    private boolean executable;

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "FILE",
            description = "The executable; it appears when it is complete, mode 0700.")
    @SuppressWarnings("NullAway.Init")
    private Path output;

    @Option(names = "--map", description = MAP)
    private boolean map;

    @Option(
            names = "--sync",
            paramLabel = "yes|no",
            defaultValue = "yes",
            description = "Whether the file is on the disk before it gets its name (default: yes).")
    private Answer sync = Answer.YES;

    @Mixin
    private final OpeningArguments openings = new OpeningArguments();

    @Mixin
    private final ProgressArguments progress = new ProgressArguments();

    @Override
    public Integer call() {
        if (!executable) {
            throw new ParameterException(spec.commandLine(), "what is to be made? --executable makes an executable");
        }
        try {
            return export(openings.opening(console));
        } catch (IOException failed) {
            console.error(Failures.text(failed), failed);
            return ExitStatus.FAILED;
        }
    }

    private int export(Opening opening) {
        try (GivingUp givingUp = new GivingUp();
                Reporting reporting = Reporting.of(console, givingUp, progress)) {
            ExecutableOptions how = new ExecutableOptions(map, sync == Answer.YES, Optional.empty());
            Export.toExecutable(image, opening, output, how, reporting);
            return ExitStatus.DONE;
        } catch (RestoreException failed) {
            console.error(failed.reason(), failed);
            return failed.reason() instanceof Reason.Unsupported ? ExitStatus.REFUSED : ExitStatus.FAILED;
        }
    }
}
