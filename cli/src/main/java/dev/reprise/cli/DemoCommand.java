package dev.reprise.cli;

import dev.reprise.engine.Checkpoint;
import dev.reprise.engine.Restore;
import dev.reprise.engine.RestoredProcess;
import dev.reprise.engine.model.CheckpointException;
import dev.reprise.engine.model.CheckpointOptions;
import dev.reprise.engine.model.CheckpointStats;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.engine.model.RestoreOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code reprise demo}: one program checkpointed while it runs, killed, and restored where it was. */
@Command(
        name = "demo",
        description = "Start a program, checkpoint it while it runs, kill it, restore it, and show it going on.",
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {"0:it went on where it was", "1:something failed"})
final class DemoCommand implements Callable<Integer> {
    @Mixin
    private final Console console = new Console();

    @Override
    public Integer call() throws InterruptedException {
        try (GivingUp givingUp = new GivingUp();
                Counter counter = Counter.start(givingUp)) {
            show(counter, new Reporting(console, givingUp));
            return ExitStatus.DONE;
        } catch (CheckpointException failed) {
            console.error(failed.reason(), failed);
        } catch (RestoreException failed) {
            console.error(failed.reason(), failed);
        } catch (IOException failed) {
            console.error(Failures.text(failed), failed);
        }
        return ExitStatus.FAILED;
    }

    private static void show(Counter counter, Reporting reporting)
            throws IOException, InterruptedException, CheckpointException, RestoreException {
        say("started bash, process " + counter.pid() + ", which counts:");
        counter.showNext(5);

        Path image = counter.file("image");
        CheckpointStats stats = Checkpoint.toFile(counter.pid(), image, CheckpointOptions.DEFAULT, reporting);
        counter.catchUp();
        say("checkpointed it: " + Amounts.bytes(stats.imageBytes()) + " written, it stood still for "
                + stats.frozenNanos() / 1_000_000 + " ms and counts on:");
        counter.showNext(3);

        counter.kill();
        counter.catchUp();
        say("killed it");

        RestoredProcess restored = Restore.fromFile(image, RestoreOptions.DEFAULT.asDetached(), reporting);
        say("restored it: process " + restored.pid() + " again, which goes on from its checkpoint:");
        counter.showNext(5);
        say("that was it; the program is ended and its files are removed");
    }

    private static void say(String line) {
        System.out.println(line);
    }
}
