package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.engine.model.After;
import dev.reprise.engine.model.RestoreOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * One process through many checkpoints and restores: nothing leaks, neither in it nor in the tool.
 *
 * <p>{@code -Dreprise.cycles=N} says how many; {@code -Dreprise.long=true} makes it a thousand.
 */
@Isolated("it counts descriptors of this JVM")
class CyclesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int CYCLES =
            Integer.getInteger("reprise.cycles", Boolean.getBoolean("reprise.long") ? 1000 : 30);
    private static final int WARM_UP = 5;
    private static final int LOOKS = 50;

    @Test
    void nothingLeaks() throws IOException, InterruptedException {
        try (RunningGuest guest = RunningGuest.start(Guest.named("self_checker.multi"))) {
            long start = System.nanoTime();
            Path image = guest.scratch().resolve("image");
            for (int i = 0; i < WARM_UP; i++) {
                cycle(guest.pid(), image);
            }
            Counts before = Counts.of(guest.pid());
            for (int i = 0; i < CYCLES; i++) {
                cycle(guest.pid(), image);
            }
            Counts after = Counts.of(guest.pid());
            assertThat(after.ofTheProgram()).isEqualTo(before.ofTheProgram());
            assertThat(after.toolDescriptors()).isLessThanOrEqualTo(before.toolDescriptors());
            assertThat(after.segments())
                    .as("key, id, mode, size, creator, last, attached")
                    .isEqualTo(before.segments());
            assertThat(Vitals.of(guest.scratch()).wrong()).isEmpty();
            guest.passes(guest.pid(), (System.nanoTime() - start) / 1_000_000 + 1);
        }
    }

    private static void cycle(int pid, Path image) throws InterruptedException {
        Library.checkpoint(pid, image, After.RUN_ON);
        Library.checkpoint(pid, image, After.KILL);
        Tasks.awaitEnd(pid, PATIENCE);
        Library.restore(image, RestoreOptions.DEFAULT.asDetached());
    }

    /** What could leak: of the program, of this JVM, of the machine. */
    record Counts(int mappings, int descriptors, int threads, int toolDescriptors, List<String> segments) {
        static Counts of(int pid) throws IOException {
            return new Counts(
                    lines("/proc/" + pid + "/maps"),
                    lasting("/proc/" + pid + "/fd"),
                    entries("/proc/" + pid + "/task"),
                    entries("/proc/self/fd"),
                    ownSegments());
        }

        String ofTheProgram() {
            return mappings + " mappings, " + descriptors + " descriptors, " + threads + " threads";
        }

        // Key, id, mode, size, creator: other tools on the machine have segments of their own.
        static List<String> ownSegments() throws IOException {
            String own = Long.toString(ProcessHandle.current().pid());
            return Files.readAllLines(Path.of("/proc/sysvipc/shm")).stream()
                    .map(String::strip)
                    .filter(line -> line.split("\\s+")[4].equals(own))
                    .toList();
        }

        // The program itself opens a file now and then, and closes it at once.
        private static int lasting(String path) throws IOException {
            int least = Integer.MAX_VALUE;
            for (int i = 0; i < LOOKS; i++) {
                least = Math.min(least, entries(path));
            }
            return least;
        }

        private static int lines(String path) throws IOException {
            return Files.readAllLines(Path.of(path)).size();
        }

        private static int entries(String path) throws IOException {
            try (var names = Files.list(Path.of(path))) {
                return (int) names.count();
            }
        }
    }
}
