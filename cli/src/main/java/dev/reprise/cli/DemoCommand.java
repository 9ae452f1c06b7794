package dev.reprise.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code reprise demo}: one program checkpointed while it runs, killed, and restored where it was. */
@Command(
        name = "demo",
        description = "Start a program, checkpoint it while it runs, kill it, restore it, and show it going on.")
final class DemoCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        return ExitStatus.FAILED;
    }
}
