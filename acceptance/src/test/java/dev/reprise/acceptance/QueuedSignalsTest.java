package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.reprise.engine.model.After;
import dev.reprise.engine.model.RestoreOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Real-time signals are queued for a program before every call of its checkpoints: none is lost, none comes twice. Those that it
 * queues for itself survive its death, too.
 *
 * <p>{@code -Dreprise.signals=N} says how many from outside for each way of taking them.
 */
@Isolated("it listens to all calls of this JVM")
class QueuedSignalsTest {
    private static final long SIGNALS = Long.getLong("reprise.signals", 34_000);
    private static final int DEATHS = 10;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final List<FaultMode> MODES =
            List.of(FaultMode.STOP_AND_COPY, FaultMode.COPY_ON_WRITE, FaultMode.STOP, FaultMode.PIPE, FaultMode.MEMORY);

    @TempDir
    Path scratch;

    @BeforeEach
    void needRoot() {
        assumeThat(Tasks.isRoot()).as("checkpoints need root").isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "handler", "handler", "handler", "handler", "handler", "handler", "handler", "handler", "handler",
                "handler", "handler", "handler", "handler", "handler", "handler", "handler"
            })
    void noneIsLostAndNoneComesTwice(String how) throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("queued_signals." + how))) {
            long start = System.nanoTime();
            SignalAtEachCall signals = new SignalAtEachCall(guest.pid());
            for (int i = 0; signals.sent() < SIGNALS; i++) {
                FaultMode mode = MODES.get(i % MODES.size());
                try (SignalAtEachCall.Sending _ = signals.send()) {
                    mode.checkpoint(guest.pid(), scratch);
                }
                if (mode.after() == After.STOP) {
                    Tasks.kill(guest.pid(), Tasks.SIGCONT);
                }
                awaitAll(guest, signals.sent(), mode + ", round " + i);
                mode.read(scratch);
                mode.forget(scratch);
            }
            for (int i = 0; i < DEATHS; i++) {
                Library.checkpoint(guest.pid(), scratch.resolve("image"), After.KILL);
                Tasks.awaitEnd(guest.pid(), PATIENCE);
                Library.restore(scratch.resolve("image"), RestoreOptions.DEFAULT.asDetached());
                awaitAll(guest, signals.sent(), "restore " + i);
            }
            guest.passes(guest.pid(), (System.nanoTime() - start) / 1_000_000 + 1);
            assertThat(takenFromOutside(guest)).isEqualTo(signals.sent());
        }
    }

    private static void awaitAll(RunningGuest guest, long sent, String when) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (takenFromOutside(guest) != sent || outOfOrder(guest) != 0) {
            if (System.nanoTime() > deadline || outOfOrder(guest) != 0) {
                throw new AssertionError(when + ": " + takenFromOutside(guest) + " of " + sent + " have come, "
                        + outOfOrder(guest) + " out of order" + Tasks.describe(guest.pid()));
            }
            Thread.sleep(1);
        }
    }

    private static long outOfOrder(RunningGuest guest) throws IOException {
        return number(guest, 2) + number(guest, 4);
    }

    private static long takenFromOutside(RunningGuest guest) throws IOException {
        return number(guest, 3);
    }

    private static long number(RunningGuest guest, int index) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(guest.scratch().resolve("counts")))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong(index * Long.BYTES);
    }
}
