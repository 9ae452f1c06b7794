package dev.reprise.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;

/** {@code reprise completion}: the script that completes commands and options in bash and zsh. */
@Command(name = "completion", description = "Print a completion script for bash and zsh: source <(reprise completion)")
final class CompletionCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        System.out.print(AutoComplete.bash("reprise", CommandTree.whole()));
        return ExitStatus.DONE;
    }
}
