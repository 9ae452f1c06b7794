package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.reprise.engine.Restore;
import dev.reprise.engine.model.After;
import dev.reprise.engine.model.Progress;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.engine.model.RestoreOptions;
import dev.reprise.kernel.Faults;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Somebody else, or the kernel for want of memory, kills a program of several threads while it is restored: the restore ends. */
@Isolated("it listens to all calls of this JVM")
class KilledWhileRestoredTest {
    private static final int SAMPLE = Integer.getInteger("reprise.deaths", 40);
    private static final long LIMIT_MILLIS = 20_000;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Test
    void theRestoreEnds(@TempDir Path scratch) throws Exception {
        assumeThat(Tasks.isRoot()).as("checkpoints need root").isTrue();
        try (RunningGuest guest = RunningGuest.start(Guest.named("python_threads"))) {
            Path image = scratch.resolve("image");
            int pid = guest.pid();
            Library.checkpoint(pid, image, After.KILL);
            Tasks.awaitEnd(pid, PATIENCE);
            int all = restore(image, pid, Integer.MAX_VALUE);
            for (int call = 1; call <= all; call += Math.max(1, all / SAMPLE)) {
                restore(image, pid, call);
            }
        }
    }

    // It is killed before a call; the number of calls.
    private static int restore(Path image, int pid, int call) throws InterruptedException {
        AtomicInteger calls = new AtomicInteger();
        Thread thread = Thread.ofPlatform().start(() -> {
            Faults.follow((_, isRemote) -> {
                if (!isRemote && calls.incrementAndGet() == call) {
                    Tasks.kill(pid, Tasks.SIGKILL);
                }
                return Faults.NONE;
            });
            try {
                Restore.fromFile(image, RestoreOptions.DEFAULT.asDetached(), Progress.NONE);
            } catch (RestoreException failed) {
                // it was killed
            } finally {
                Faults.end();
            }
        });
        thread.join(LIMIT_MILLIS);
        boolean hangs = thread.isAlive();
        Tasks.kill(pid, Tasks.SIGKILL);
        assertThat(hangs).as("it hangs, killed before call " + call).isFalse();
        Tasks.awaitEnd(pid, PATIENCE);
        return calls.get();
    }
}
