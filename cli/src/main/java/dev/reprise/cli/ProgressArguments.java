package dev.reprise.cli;

import dev.reprise.engine.Terminal;
import java.io.PrintStream;
import picocli.CommandLine.Option;

/** How a command tells how far it has come. */
final class ProgressArguments {
    static final int STDERR = 2;

    @Option(
            names = "--progress",
            paramLabel = "auto|json|none",
            defaultValue = "auto",
            description =
                    "How far it has come, on stderr: a bar for what takes over a second if that is a terminal (auto, the"
                            + " default), a JSON object a line, or nothing. It waits for no reader while programs are frozen.")
    private How how = How.AUTO;

    /** How it is told. */
    enum How {
        AUTO,
        JSON,
        NONE
    }

    /** On {@code err}, which is what stderr is written to. */
    ProgressLine line(PrintStream err) {
        return switch (how) {
            case AUTO -> Terminal.isAt(STDERR) ? new ProgressBar(err, System::nanoTime) : ProgressLine.NONE;
            case JSON -> new ProgressJson(err, System::nanoTime);
            case NONE -> ProgressLine.NONE;
        };
    }
}
