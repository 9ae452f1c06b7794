package dev.reprise.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code reprise man}: the manual page of a command. */
@Command(name = "man", description = "Print the manual page of a command, or of all: reprise man checkpoint | man -l -")
final class ManCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "COMMAND", description = "The command.")
    private @Nullable String command;

    @Override
    public Integer call() {
        CommandLine all = CommandTree.whole();
        CommandLine wanted = command == null ? all : all.getSubcommands().get(command);
        if (wanted == null) {
            throw new ParameterException(spec.commandLine(), "there is no command '" + command + "'");
        }
        System.out.print(ManPage.of(wanted.getCommandSpec()));
        return ExitStatus.DONE;
    }
}
