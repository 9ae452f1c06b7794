package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.reprise.engine.model.After;
import dev.reprise.engine.model.RestoreOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
                // The next segment that anybody makes is to have its place: the tool's own, which must leave it.
                Files.writeString(Path.of("/proc/sys/kernel/shm_next_id"), "0");
                Library.restore(image, RestoreOptions.DEFAULT.asDetached());
            }
            guest.passes(guest.pid(), (System.nanoTime() - start) / 1_000_000 + 1);
        }
    }

    @Test
    void whoHasItAttachedOutsideIsNamed(@TempDir Path scratch) throws Exception {
        String program = "import ctypes, os, time; libc = ctypes.CDLL(None); libc.shmat.restype = ctypes.c_void_p\n"
                + "id = libc.shmget(0, 8192, 0o1600); libc.shmat(id, None, 0); libc.shmctl(id, 0, None)\n"
                + "child = os.fork()\nif child: open('part', 'w').write(f'{child}\\n'); os.rename('part', 'child')\n"
                + "time.sleep(1000)";
        Process parent = Births.start(new ProcessBuilder("setsid", "python3", "-c", program)
                .directory(scratch.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true));
        try {
            String child = RealProgram.awaitText(scratch, "child").strip();
            assertThat(Tool.run("checkpoint", "-o", scratch.resolve("image") + "", child)
                            .endsWith(3)
                            .err())
                    .contains("System V shared memory", "process " + parent.pid() + " has segment", "attached, too");
            ProcessHandle.of(Long.parseLong(child)).ifPresent(ProcessHandle::destroyForcibly);
        } finally {
            parent.destroyForcibly().waitFor();
        }
    }

    private static int remove(String option, int key) throws IOException, InterruptedException {
        return new ProcessBuilder("ipcrm", option, Integer.toString(key))
                .inheritIO()
                .start()
                .waitFor();
    }
}
