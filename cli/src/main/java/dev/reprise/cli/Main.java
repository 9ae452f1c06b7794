package dev.reprise.cli;

import dev.reprise.engine.Version;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The entry point of the command line. */
@Command(
        name = "reprise",
        description = "Checkpoints running Linux programs and brings them back.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.VersionText.class)
public final class Main {
    Main() {}

    /** Runs the command that the arguments name and exits with its status. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }

    /** The text of {@code --version}. */
    static final class VersionText implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"reprise " + Version.current()};
        }
    }
}
