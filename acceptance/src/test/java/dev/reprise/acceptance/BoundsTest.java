package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.reprise.engine.Checkpoint;
import dev.reprise.engine.model.Bounds;
import dev.reprise.engine.model.CheckpointException;
import dev.reprise.engine.model.CheckpointOptions;
import dev.reprise.engine.model.Progress;
import dev.reprise.engine.model.RestoreOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a checkpoint may cost a program that runs on: within the bounds it is complete, beyond them nothing has happened. */
class BoundsTest {
    private static final String BIG = "big.64.small";
    /** Writes to its 8 MiB all the time. */
    private static final String WRITER = "rounds_over_pages";

    private static final long WRITTEN = 8L << 20;
    private static final long AWAY_MILLIS = 60_000;
    private static final long RATE = 32L << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path scratch;

    @BeforeEach
    void needRoot() {
        assumeThat(Tasks.isRoot()).as("checkpoints need root").isTrue();
    }

    @Test
    void aPauseThatWouldBeTooLongIsUndone() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named(BIG))) {
            Outside before = Outside.of(guest.pid());
            Tool.Outcome outcome =
                    checkpoint(guest, "--stop-and-copy", "--max-pause=6ms").endsWith(1);
            assertThat(outcome.err())
                    .contains("stand still for more than 6.0 ms (so far, in ms: freeze ", "allow a longer pause")
                    .hasLineCount(1);
            nothingHasHappened(guest, before);
        }
    }

    @Test
    void aPauseThatIsShortEnoughIsNone() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named(BIG))) {
            checkpoint(guest, "--max-pause=20s", "--max-memory=1G", "--rate=1G").succeeds();
            Tasks.kill(guest.pid(), Tasks.SIGKILL);
            Tasks.awaitEnd(guest.pid(), PATIENCE);
            guest.passes(Library.restore(image(), RestoreOptions.DEFAULT.asDetached()), AWAY_MILLIS);
        }
    }

    @Test
    void copiesThatTakeTooMuchAreGivenUp() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named(WRITER))) {
            Outside before = Outside.of(guest.pid());
            Tool.Outcome outcome =
                    checkpoint(guest, "--rate=256k", "--max-memory=1M").endsWith(1);
            assertThat(outcome.err())
                    .contains("have grown to", "more than 1024 KiB")
                    .hasLineCount(1);
            nothingHasHappened(guest, before);
        }
    }

    @Test
    void noMoreIsWrittenInASecondThanAllowed() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named(BIG))) {
            CheckpointOptions options = CheckpointOptions.DEFAULT.withoutSync();
            Bounds bounds = new Bounds(Long.MAX_VALUE, Long.MAX_VALUE, RATE);
            long start = System.nanoTime();
            long bytes = Checkpoint.toFile(guest.pid(), image(), options.with(bounds), Progress.NONE)
                    .bytesWritten();
            assertThat(System.nanoTime() - start).isGreaterThan(bytes * 1_000_000_000L / RATE);
            guest.passes(guest.pid(), AWAY_MILLIS);
        }
    }

    // A writer that is written out slowly pays for all its pages, one that sleeps for next to none.
    @Test
    void whatTheProgramPaidIsTold() throws Exception {
        Bounds slow = new Bounds(Long.MAX_VALUE, Long.MAX_VALUE, RATE);
        CheckpointOptions options = CheckpointOptions.DEFAULT.withoutSync();
        try (RunningGuest writer = RunningGuest.start(Guest.named(WRITER));
                RunningGuest sleeper = RunningGuest.start(Guest.named(BIG))) {
            assertThat(Checkpoint.toFile(writer.pid(), image(), options.with(slow), Progress.NONE)
                            .copiedBytes())
                    .isBetween(WRITTEN / 2, 2 * WRITTEN);
            assertThat(Checkpoint.toFile(sleeper.pid(), image(), options, Progress.NONE)
                            .copiedBytes())
                    .isLessThan(WRITTEN / 8);
            writer.passes(writer.pid(), AWAY_MILLIS);
            sleeper.passes(sleeper.pid(), AWAY_MILLIS);
        }
    }

    @Test
    void givingUpDoesNotWaitForTheRest() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named(BIG))) {
            Outside before = Outside.of(guest.pid());
            Bounds bounds = new Bounds(Long.MAX_VALUE, Long.MAX_VALUE, 4096);
            AtomicLong asked = new AtomicLong();
            Progress progress = new Progress() {
                private boolean copies;

                @Override
                public void phase(String name) {
                    copies = name.equals("copies");
                }

                @Override
                public boolean isCancelled() {
                    return copies && asked.incrementAndGet() > 2;
                }
            };
            String message = "";
            try {
                Checkpoint.toFile(guest.pid(), image(), CheckpointOptions.DEFAULT.with(bounds), progress);
            } catch (CheckpointException cancelled) {
                message = cancelled.getMessage();
            }
            assertThat(message).contains("given up");
            nothingHasHappened(guest, before);
        }
    }

    private Path image() {
        return scratch.resolve("image");
    }

    private Tool.Outcome checkpoint(RunningGuest guest, String... bounds) throws IOException, InterruptedException {
        String[] command = new String[bounds.length + 5];
        command[0] = "checkpoint";
        System.arraycopy(bounds, 0, command, 1, bounds.length);
        command[bounds.length + 1] = "--sync=no";
        command[bounds.length + 2] = "-o";
        command[bounds.length + 3] = image().toString();
        command[bounds.length + 4] = guest.pid() + "";
        return Tool.run(command);
    }

    private void nothingHasHappened(RunningGuest guest, Outside before) throws IOException, InterruptedException {
        assertThat(image()).doesNotExist();
        try (var files = Files.list(scratch)) {
            assertThat(files).isEmpty();
        }
        assertThat(before.differences(Outside.of(guest.pid()), true)).isEmpty();
        guest.passes(guest.pid(), AWAY_MILLIS);
    }
}
