package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.reprise.engine.model.After;
import dev.reprise.engine.model.RestoreOptions;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** System V objects outlive a process: a restore finds its own again, others in their place, or none. */
class SystemVTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @BeforeEach
    void needsRoot() {
        assumeTrue(Tasks.isRoot(), "checkpoints need root");
    }

    @ParameterizedTest
    @CsvSource({"sysv_shared_memory,-M,0x5000000", "sysv_semaphores,-S,0x6000000", "sysv_messages,-Q,0x7000000"})
    void whatHasBeenRemovedIsMadeAgain(String name, String option, String key) throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named(name))) {
            var image = guest.scratch().resolve("image");
            long start = System.nanoTime();
            Library.checkpoint(guest.pid(), image, After.KILL);
            Tasks.awaitEnd(guest.pid(), PATIENCE);
            assertThat(remove(option, Integer.decode(key) | guest.pid())).isZero();
            Library.restore(image, RestoreOptions.DEFAULT.asDetached());
            guest.passes(guest.pid(), (System.nanoTime() - start) / 1_000_000 + 1);
        }
    }

    @ParameterizedTest
    @CsvSource({"sysv_shared_memory"})
    void whatSomebodyUsesIsNamed(String name) throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named(name))) {
            var image = guest.scratch().resolve("image");
            Library.checkpoint(guest.pid(), image, After.RUN_ON);
            assertThatThrownBy(() -> Library.restore(
                            image, RestoreOptions.DEFAULT.asDetached().inPidNamespace()))
                    .hasMessageContaining("System V shared memory segment")
                    .hasMessageContaining("is in use");
            guest.passes(guest.pid(), 0);
        }
    }

    /** The kernel shows its mappings with the inode 0, like memory that is no file's. */
    @ParameterizedTest
    @EnumSource(
            value = After.class,
            names = {"RUN_ON", "KILL"})
    void theFirstSegmentOfASystemIsOne(After after) throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("sysv_first_segment"))) {
            var image = guest.scratch().resolve("image");
            long start = System.nanoTime();
            Library.checkpoint(guest.pid(), image, after);
            if (after == After.KILL) {
                Tasks.awaitEnd(guest.pid(), PATIENCE);
                Library.restore(image, RestoreOptions.DEFAULT.asDetached());
            }
            guest.passes(guest.pid(), (System.nanoTime() - start) / 1_000_000 + 1);
        }
    }

    private static int remove(String option, int key) throws IOException, InterruptedException {
        return new ProcessBuilder("ipcrm", option, Integer.toString(key))
                .inheritIO()
                .start()
                .waitFor();
    }
}
