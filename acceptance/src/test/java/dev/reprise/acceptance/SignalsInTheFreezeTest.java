package dev.reprise.acceptance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.reprise.engine.Checkpoint;
import dev.reprise.engine.model.CheckpointException;
import dev.reprise.engine.model.CheckpointOptions;
import dev.reprise.engine.model.CopyOnWrite;
import dev.reprise.engine.model.Progress;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A signal with a handler that comes while a program stands still, in each phase: the calls that it ends when no tool is there, it ends now
 * (man 7 signal). {@code -Dreprise.signals=N} says how often.
 */
class SignalsInTheFreezeTest {
    private static final int TIMES = Integer.getInteger("reprise.signals", 5);
    private static final int SIGUSR1 = 10;

    @ParameterizedTest
    @ValueSource(strings = {"freeze", "state", "memory"})
    void aHandlerEndsTheCall(String when) throws IOException, InterruptedException, CheckpointException {
        assumeTrue(Tasks.isRoot(), "checkpoints need root");
        try (RunningGuest running = RunningGuest.start(Guest.named("ended_by_handler"))) {
            long start = System.nanoTime();
            Path image = running.scratch().resolve("image");
            CheckpointOptions options =
                    CheckpointOptions.DEFAULT.with(CopyOnWrite.NEVER).withoutSync();
            for (int i = 0; i < TIMES; i++) {
                awaitCalls(running.pid());
                try (Births.Held _ = Births.checkpoint()) {
                    Checkpoint.toFile(running.pid(), image, options, signalling(running.pid(), when));
                }
            }
            running.passes(running.pid(), (System.nanoTime() - start) / 1_000_000 + 1);
        }
    }

    // A signal that comes before a call ends none.
    private static void awaitCalls(int pid) throws IOException, InterruptedException {
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
            for (Path task : tasks) {
                while (!Files.readString(task.resolve("stat")).contains(") S ")) {
                    Thread.sleep(1);
                }
            }
        }
    }

    private static Progress signalling(int pid, String when) {
        return new Progress() {
            @Override
            public void phase(String name) {
                if (name.equals(when)) {
                    Tasks.kill(pid, SIGUSR1);
                }
            }
        };
    }
}
