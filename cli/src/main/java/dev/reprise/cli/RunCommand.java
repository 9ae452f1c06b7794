package dev.reprise.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code reprise run}: starts a program so that its ids are its own. */
@Command(
        name = "run",
        description = {
            "Start a program in a session of its own, or in a pid namespace of its own.",
            "Nothing outside then has a part in its session, and in a pid namespace its ids are free wherever it is restored."
                    + " The command ends with the program's status."
        },
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {"0-255:the program's, 128+n for a signal", "2:wrong usage", "125:it could not be started"})
final class RunCommand implements Callable<Integer> {
    private static final int NOT_STARTED = 125;

    @Mixin
    private final Console console = new Console();

    @Option(
            names = "--pid-namespace",
            description = "A pid namespace of its own, in which the program is the first process.")
    private boolean pidNamespace;

    @Parameters(paramLabel = "CMD", arity = "1..*", description = "The program and its arguments, after --.")
    @SuppressWarnings("NullAway.Init")
    private List<String> command;

    @Override
    public Integer call() throws InterruptedException {
        List<String> words = new ArrayList<>(
                pidNamespace
                        ? List.of("unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "setsid", "--wait")
                        : List.of("setsid", "--wait"));
        words.addAll(command);
        try {
            Process program = new ProcessBuilder(words).inheritIO().start();
            // Not in our group: what ends us does not reach it by itself.
            Thread forwarder = new Thread(program::destroy, "forwarder");
            Runtime.getRuntime().addShutdownHook(forwarder);
            int status = program.waitFor();
            Runtime.getRuntime().removeShutdownHook(forwarder);
            return status;
        } catch (IOException failed) {
            console.error(Failures.text(failed), failed);
            return NOT_STARTED;
        }
    }
}
