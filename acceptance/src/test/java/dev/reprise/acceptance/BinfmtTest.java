package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.reprise.engine.model.After;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Images that are executed, by the kernel's binfmt_misc: a switch of the whole machine. */
@Isolated
class BinfmtTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir(factory = PublicDirectory.class)
    Path directory;

    @BeforeEach
    void enable() throws IOException, InterruptedException {
        assumeTrue(Tasks.isRoot(), "binfmt_misc needs root");
        Tool.launch("binfmt", "enable").succeeds();
        assertThat(Tool.launch("binfmt", "status").succeeds().out()).startsWith("on: ");
    }

    @AfterEach
    void disable() throws IOException, InterruptedException {
        if (Tasks.isRoot()) {
            Tool.launch("binfmt", "disable").succeeds();
            assertThat(Tool.launch("binfmt", "status").endsWith(1).out()).startsWith("off: ");
        }
    }

    @Test
    void anImageGoesOnAndItsStatusIsThePrograms() throws IOException, InterruptedException {
        try (RunningGuest guest = RunningGuest.start(Guest.named("signal_actions"))) {
            Process restore = start(List.of(image(guest, "rwx------").toString()));
            RealProgram.await("the program", () -> Tasks.isAlive(guest.pid()) && isRestored(guest.pid()));
            guest.passes(guest.pid(), 0);
            assertThat(restore.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(restore.exitValue()).isZero();
        }
    }

    @Test
    void whoeverExecutesOneGetsNoMoreRightsThanHisOwn() throws IOException, InterruptedException {
        try (RunningGuest guest = RunningGuest.start(Guest.named("signal_actions"))) {
            Path image = image(guest, "rwxr-xr-x");
            Tool.run(new ProcessBuilder("chmod", "6755", image.toString())).succeeds();
            Process restore = start(
                    List.of("setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", image.toString()));
            assertThat(restore.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(restore.exitValue()).isNotZero();
            assertThat(Tasks.isAlive(guest.pid())).isFalse();
        }
    }

    // It waits for the end of the program that it has restored, whose own threads have its name.
    private static boolean isRestored(int pid) throws IOException {
        return Files.readString(Path.of("/proc/" + pid + "/comm")).startsWith("signal_actions");
    }

    private Path image(RunningGuest guest, String mode) throws IOException, InterruptedException {
        Path image = directory.resolve("image");
        Library.checkpoint(guest.pid(), image, After.KILL);
        Tasks.awaitEnd(guest.pid(), PATIENCE);
        Files.setPosixFilePermissions(image, PosixFilePermissions.fromString(mode));
        return image;
    }

    private Process start(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile());
        Tool.environment(builder);
        return Births.start(builder);
    }
}
