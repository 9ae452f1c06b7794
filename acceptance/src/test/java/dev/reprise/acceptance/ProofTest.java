package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reprise.engine.Checkpoint;
import dev.reprise.engine.model.CheckpointException;
import dev.reprise.engine.model.CheckpointOptions;
import dev.reprise.engine.model.Progress;
import dev.reprise.engine.model.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** {@code checkpoint --prove}: what it says, and what it leaves. That it finds what differs: the engine's ComparisonTest. */
@Isolated("it counts descriptors of this JVM")
class ProofTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Test
    void aProvedImageRestores() throws IOException, InterruptedException {
        try (RunningGuest guest = RunningGuest.start(Guest.named("self_checker.spin"))) {
            long start = System.nanoTime();
            Path image = guest.scratch().resolve("image");
            Path stats = guest.scratch().resolve("stats");
            Tool.run("checkpoint", "--prove", "--kill", "--stats", stats + "", "-o", image + "", guest.pid() + "")
                    .succeeds();
            Tasks.awaitEnd(guest.pid(), PATIENCE);
            assertThat(Files.readString(stats)).contains("\"proof\"");
            Tool.run("restore", "-d", image + "").succeeds();
            guest.passes(guest.pid(), (System.nanoTime() - start) / 1_000_000 + 1);
        }
    }

    @Test
    void whatCannotBeProvedIsNotKilledAndKeepsItsOldImage() throws IOException, InterruptedException {
        try (RunningGuest guest = RunningGuest.start(Guest.named("leases"))) {
            Path image = guest.scratch().resolve("image");
            Files.writeString(image, "old");
            Tool.Outcome outcome = Tool.run("checkpoint", "--prove", "--kill", "-o", image + "", guest.pid() + "");
            assertThat(outcome.status()).as(outcome.err()).isEqualTo(1);
            assertThat(outcome.err().lines()).hasSize(2).first().asString().contains("could not be proved");
            assertThat(outcome.err()).contains("has a lease on its file");
            assertThat(image).hasContent("old");
            assertThat(parts(guest.scratch())).isEmpty();
            guest.passes(guest.pid(), 0);
        }
    }

    @Test
    void compressedImagesAndThoseInMemoryAreProvedToo() throws IOException, InterruptedException {
        try (RunningGuest guest = RunningGuest.start(Guest.named("self_checker.nanosleep"))) {
            long start = System.nanoTime();
            String name = "mem:proved-" + guest.pid();
            Tool.run("checkpoint", "--prove", "--compress=lz4", "-o", guest.scratch() + "/image", guest.pid() + "")
                    .succeeds();
            Tool.run("checkpoint", "--prove", "-o", name, guest.pid() + "").succeeds();
            Tool.run("rm", name).succeeds();
            guest.passes(guest.pid(), (System.nanoTime() - start) / 1_000_000 + 1);
        }
    }

    @Test
    void whatIsNotReadAgainIsWrongUsage() throws IOException, InterruptedException {
        for (List<String> wrong : List.of(
                List.of("checkpoint", "--prove", "1"),
                List.of("checkpoint", "--prove", "--executable", "-o", "x", "1"),
                List.of("checkpoint", "--prove", "--encrypt", "passphrase", "-o", "x", "1"))) {
            Tool.Outcome outcome = Tool.run(wrong.toArray(String[]::new));
            assertThat(outcome.status()).as(outcome.err()).isEqualTo(2);
            assertThat(outcome.err()).startsWith("reprise: --prove");
        }
    }

    @Test
    void whoGivesUpDoesNotWaitForItsEnd() throws IOException, InterruptedException {
        try (RunningGuest guest = RunningGuest.start(Guest.named("self_checker.nanosleep"))) {
            long start = System.nanoTime();
            Path image = guest.scratch().resolve("image");
            AtomicBoolean wanted = new AtomicBoolean(true);
            Progress givingUp = new Progress() {
                @Override
                public void phase(String name) {
                    wanted.compareAndSet(true, !name.equals("proof"));
                }

                @Override
                public boolean isCancelled() {
                    return !wanted.get();
                }
            };
            assertThatThrownBy(() ->
                            Checkpoint.toFile(guest.pid(), image, CheckpointOptions.DEFAULT.withProof(), givingUp))
                    .isInstanceOfSatisfying(
                            CheckpointException.class,
                            failed -> assertThat(failed.reason()).isInstanceOf(Reason.Cancelled.class));
            assertThat(image).doesNotExist();
            assertThat(parts(guest.scratch())).isEmpty();
            assertThat(ToolDiesTest.copies(guest)).isEmpty();
            guest.passes(guest.pid(), (System.nanoTime() - start) / 1_000_000 + 1);
        }
    }

    @Test
    void ofAProofNothingStays() throws IOException, InterruptedException {
        try (RunningGuest guest = RunningGuest.start(Guest.named("unix_listening"))) {
            Path image = guest.scratch().resolve("image");
            Library.prove(guest.pid(), image);
            List<String> mounts = Files.readAllLines(Path.of("/proc/self/mounts"));
            int descriptors = descriptors();
            for (int i = 0; i < 5; i++) {
                Library.prove(guest.pid(), image);
            }
            assertThat(Files.readAllLines(Path.of("/proc/self/mounts"))).isEqualTo(mounts);
            assertThat(ToolDiesTest.copies(guest)).isEmpty();
            assertThat(descriptors()).isLessThanOrEqualTo(descriptors);
            assertThat(parts(guest.scratch())).isEmpty();
            guest.passes(guest.pid(), 0);
        }
    }

    @Test
    void theFirstProcessOfAPidNamespaceIsProvedToo(@TempDir Path scratch) throws IOException, InterruptedException {
        try (RealProgram unshare =
                RealProgram.start(scratch, "unshare --pid --fork --kill-child --mount-proc sleep 1000")) {
            // before there was one of the shell's own
            RealProgram.await(
                    "its child",
                    () -> Tasks.family(unshare.pid()).size() == 2
                            && isSleep(Tasks.family(unshare.pid()).getLast()));
            int first = Tasks.family(unshare.pid()).getLast();
            Tool.run("checkpoint", "--prove", "-o", scratch.resolve("image") + "", first + "")
                    .succeeds();
            assertThat(Tasks.state(first)).isEqualTo('S');
        }
    }

    private static boolean isSleep(int pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/comm")).equals("sleep\n");
        } catch (IOException ended) {
            return false;
        }
    }

    private static int descriptors() throws IOException {
        try (var names = Files.list(Path.of("/proc/self/fd"))) {
            return (int) names.count();
        }
    }

    private static List<Path> parts(Path directory) throws IOException {
        try (var names = Files.list(directory)) {
            return names.filter(name -> name.toString().endsWith(".part")).toList();
        }
    }
}
