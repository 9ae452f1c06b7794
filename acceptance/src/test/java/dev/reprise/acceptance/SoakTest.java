package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * A mix of programs under load is checkpointed and restored in every mode for a while: afterwards the machine counts what it
 * counted before, and the programs find nothing wrong.
 *
 * <p>{@code -Dreprise.soak=SECONDS} says for how long, {@code -Dreprise.seed} in which order.
 */
@Isolated("it counts what this JVM and the machine have")
class SoakTest {
    private static final long SECONDS = Long.getLong("reprise.soak", 60);
    private static final long SEED = Long.getLong("reprise.seed", 6);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir(factory = PublicDirectory.class)
    Path scratch;

    @BeforeEach
    void needRoot() {
        assumeThat(Tasks.isRoot()).as("checkpoints need root").isTrue();
    }

    @Test
    void theMachineCountsWhatItCounted() throws Exception {
        Path images = Files.createDirectory(scratch.resolve("images"));
        Path image = images.resolve("image");
        List<SoakProgram> mix = new ArrayList<>();
        try {
            SoakProgram.startAll("self_checker.multi", scratch, mix);
            for (SoakProgram program : mix) {
                for (SoakMode mode : SoakMode.values()) {
                    mode.run(program, image);
                }
            }
            OwnTraces own = OwnTraces.of(images);
            Counters before = Counters.of();
            long rounds = soak(mix, image);
            assertThat(own.lasting(images, PATIENCE)).as("of this JVM").isEmpty();
            assertThat(before.more(PATIENCE)).as("of the machine").isEmpty();
            System.out.println(rounds + " rounds in " + SECONDS + " s: " + before.memoryOf(Counters.of()));
            for (SoakProgram program : mix) {
                program.passes();
            }
        } finally {
            for (SoakProgram program : mix) {
                program.close();
            }
        }
    }

    private static long soak(List<SoakProgram> mix, Path image) throws Exception {
        Random random = new Random(SEED);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        long rounds = 0;
        while (System.nanoTime() < deadline) {
            SoakProgram program = mix.get(random.nextInt(mix.size()));
            SoakMode mode = SoakMode.values()[random.nextInt(SoakMode.values().length)];
            try {
                mode.run(program, image);
                LeftAlone.require(program.pid());
            } catch (Exception | AssertionError failed) {
                throw new AssertionError(
                        "round " + rounds + " (seed " + SEED + "), " + mode + " of " + program + ": "
                                + failed.getMessage(),
                        failed);
            }
            rounds++;
        }
        return rounds;
    }
}
