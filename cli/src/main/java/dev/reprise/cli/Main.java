package dev.reprise.cli;

import dev.reprise.engine.Version;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The entry point of the command line. */
@Command(
        name = "reprise",
        description = "Checkpoints running Linux programs and brings them back.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "A checkpoint is one stream, so these work:",
            "  reprise checkpoint -o FILE PID; reprise restore FILE",
            "  reprise checkpoint --kill PID | ssh HOST reprise restore"
        },
        versionProvider = Main.VersionText.class)
public final class Main implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    Main() {}

    /** Runs the command that the arguments name and exits with its status. */
    public static void main(String[] args) {
        System.exit(CommandTree.lazy().run(args));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command is given");
    }

    /** The text of {@code --version}. */
    static final class VersionText implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"reprise " + Version.current()};
        }
    }
}
