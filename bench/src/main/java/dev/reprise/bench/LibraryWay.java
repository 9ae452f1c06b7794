package dev.reprise.bench;

import dev.reprise.engine.Checkpoint;
import dev.reprise.engine.Restore;
import dev.reprise.engine.RestoredProcess;
import dev.reprise.engine.model.After;
import dev.reprise.engine.model.CheckpointException;
import dev.reprise.engine.model.CheckpointOptions;
import dev.reprise.engine.model.CheckpointStats;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.engine.model.RestoreOptions;
import java.io.IOException;
import java.nio.file.Path;

/** The public API inside this JVM, which is warm by then. */
final class LibraryWay implements Way {
    private final CheckpointOptions options;
    private final Path guests;

    LibraryWay(Options options) {
        this.options = options.sync() ? CheckpointOptions.DEFAULT : CheckpointOptions.DEFAULT.withoutSync();
        this.guests = options.guests();
    }

    @Override
    public void warmUp(int rounds, Path scratch) throws IOException, InterruptedException {
        Path image = scratch.resolve("warm-up");
        try (LiveTarget live = LiveTarget.start(Target.named("threads-64"), guests, scratch)) {
            Samples forgotten = new Samples();
            for (int i = 0; i < rounds; i++) {
                checkpoint(live.pid(), image, true, forgotten);
                Orphans.awaitEnd(live.pid(), Long.MAX_VALUE / 2);
                restore(image, forgotten);
            }
        } catch (CheckpointException | RestoreException failure) {
            System.err.println("warm-up: " + failure);
        }
    }

    @Override
    public Cost checkpoint(int pid, Path image, boolean kill, Samples samples) throws CheckpointException {
        Phases phases = new Phases(kill ? "kill" : "checkpoint", samples);
        long start = System.nanoTime();
        CheckpointStats stats = Checkpoint.toFile(pid, image, options.with(kill ? After.KILL : After.RUN_ON), phases);
        long end = System.nanoTime();
        phases.end();
        return new Cost((end - start) / 1e6, stats.frozenNanos() / 1e6);
    }

    @Override
    public Cost restore(Path image, Samples samples) throws RestoreException {
        Phases phases = new Phases("restore", samples);
        long start = System.nanoTime();
        RestoredProcess process = Restore.fromFile(image, RestoreOptions.DEFAULT.asDetached(), phases);
        long end = System.nanoTime();
        phases.end();
        return new Cost((end - start) / 1e6, process.stats().restoreNanos() / 1e6);
    }
}
