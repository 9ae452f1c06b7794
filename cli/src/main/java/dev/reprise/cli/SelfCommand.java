package dev.reprise.cli;

import dev.reprise.engine.SelfImage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code reprise self}, which tools/launch.bash alone uses: warms the tool up and waits to be frozen; each start of the
 * executable that is made of it then runs another command line.
 */
@Command(name = "self", hidden = true, description = "Warm the tool up and wait for being checkpointed.")
final class SelfCommand implements Callable<Integer> {
    // HotSpot frees what its compilers leave in pools every 5 s (ChunkPoolCleaner), page by page: otherwise it would do
    // that at each start, beside the command.
    private static final Duration POOLS_ARE_CLEANED = Duration.ofMillis(5500);

    @Option(names = "--seconds", required = true, description = "How long to warm up.")
    private int seconds;

    @Option(names = "--checkout", required = true, description = "Where the tool was built.")
    @SuppressWarnings("NullAway.Init")
    private Path checkout;

    @Option(names = "--directory", required = true, description = "A directory for dry runs.")
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Parameters(paramLabel = "PID", description = "Programs for dry runs.")
    private List<Integer> pids = List.of();

    @Override
    public Integer call() throws IOException, InterruptedException {
        Sources sources = Sources.of(checkout);
        Warmup warmup = new Warmup(pids, directory, call -> answer(sources, CommandTree.eager(), call));
        warmup.load();
        warmup.run(seconds);
        // A collection arms a barrier in all compiled code, which is taken away where that runs next: now.
        System.gc();
        warmup.run(0);
        warmup.endCopies();
        CommandTree commands = CommandTree.eager();
        Thread ending = new Thread("ending");
        new FreshHeap().make();
        Thread.sleep(POOLS_ARE_CLEANED);
        return end(answer(sources, commands, SelfImage.await()), ending);
    }

    /**
     * Ends the process; does not return. Runtime.exit looks for a logger and stops the JVM's threads one by one, which
     * takes milliseconds, and no hook has anything left to do, unless a signal began the end.
     */
    private static int end(int status, Thread nothing) {
        System.out.flush();
        System.err.flush();
        try {
            Runtime.getRuntime().addShutdownHook(nothing);
        } catch (IllegalStateException alreadyEnding) {
            System.exit(status); // waits for the end that the signal began, whose status counts
        }
        SelfImage.exit(status);
        return status;
    }

    private int answer(Sources sources, CommandTree commands, SelfImage.Call call) {
        if (!sources.isFresh() && !call.environment().containsKey("REPRISE_IN_BUILD")) {
            call.runInstead(checkout.resolve("reprise"));
        }
        WorkingDirectory.set(call.workingDirectory());
        return commands.run(call.arguments().toArray(String[]::new));
    }
}
