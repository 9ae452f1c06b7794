package dev.reprise.cli;

import dev.reprise.engine.Terminal;
import picocli.CommandLine.Option;

/** How a command tells how far it has come. */
final class ProgressArguments {
    private static final int STDERR = 2;

    @Option(
            names = "--progress",
            paramLabel = "auto|json|none",
            defaultValue = "auto",
            description = "How far it has come, on stderr: a bar for what takes over a second if that is a terminal, a"
                    + " JSON object a line, or nothing (default: auto).")
    private How how = How.AUTO;

    /** How it is told. */
    enum How {
        AUTO,
        JSON,
        NONE
    }

    ProgressLine line() {
        return switch (how) {
            case AUTO -> Terminal.isAt(STDERR) ? new ProgressBar(System.err, System::nanoTime) : ProgressLine.NONE;
            case JSON -> new ProgressJson(System.err, System::nanoTime);
            case NONE -> ProgressLine.NONE;
        };
    }
}
