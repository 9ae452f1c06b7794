package dev.reprise.cli;

import dev.reprise.engine.SelfImage;
import java.io.IOException;
import java.nio.file.Path;
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
    public Integer call() throws IOException {
        Sources sources = Sources.of(checkout);
        sources.isFresh();
        new Warmup(pids, directory).run(seconds);
        System.gc();
        SelfImage.Call call = SelfImage.await();
        if (!sources.isFresh() && !call.environment().containsKey("REPRISE_IN_BUILD")) {
            call.runInstead(checkout.resolve("reprise"));
        }
        WorkingDirectory.set(call.workingDirectory());
        return CommandTree.run(call.arguments().toArray(String[]::new));
    }
}
