package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tool as an executable checkpoint of itself: everything but its memory is that of its caller. */
class SelfTest {
    private static final String JVM = "on a new JVM";
    private static final int TIMES = 200;
    private static final long HANGUP = 1;
    private static final long INTERRUPT = 2;
    private static final long TERMINATE = 1 << 14;
    private static final String SELF = "from a checkpoint of itself";

    @TempDir
    Path scratch;

    @BeforeEach
    void rootOnly() {
        assumeThat(Tasks.isRoot()).as("checkpoints need root").isTrue();
    }

    @Test
    void theLauncherStartsIt() throws Exception {
        assertThat(Tool.launch("check").succeeds().out()).contains(SELF);
        assertThat(launch("REPRISE_NO_SELF=1", "check").succeeds().out()).contains(JVM);
        assertThat(launch("JAVA_TOOL_OPTIONS=-Dany=1", "check").succeeds().out())
                .contains(JVM);
    }

    @Test
    void relativeNamesBeginInTheCallersDirectory() throws Exception {
        Path image = scratch.resolve("image");
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            in(scratch, "checkpoint", "--sync=no", "-o", "image", "--stats", "stats", guest.pid() + "")
                    .succeeds();
            guest.passes(guest.pid(), 0);
        }
        assertThat(image).exists();
        assertThat(scratch.resolve("stats")).exists();
        assertThat(in(scratch, "show", "image").succeeds().out()).contains("heap");
    }

    @Test
    void againAndAgain() throws Exception {
        Path image = scratch.resolve("image");
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            for (int i = 0; i < TIMES; i++) {
                Tool.run("checkpoint", "--sync=no", "-o", image + "", guest.pid() + "")
                        .succeeds();
            }
            assertThat(Tool.run("show", image + "").succeeds().out()).contains("heap");
            guest.passes(guest.pid(), 0);
        }
    }

    @Test
    void theMaskForNewFilesIsTheCallers() throws Exception {
        shell("umask 027; \"$@\"", "check").succeeds();
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            Path stats = scratch.resolve("stats");
            shell("umask 0; \"$@\"", "checkpoint", "-o", "/dev/null", "--stats", stats + "", guest.pid() + "");
            guest.passes(guest.pid(), 0);
        }
    }

    @Test
    void signalsThatTheCallerIgnoresStayIgnored() throws Exception {
        assertThat(ignored("trap '' INT HUP TERM; ")).isEqualTo(HANGUP | INTERRUPT | TERMINATE);
        // what a shell without job control starts in the background never gets Ctrl-C
        assertThat(ignored("")).isEqualTo(INTERRUPT);
    }

    // Those of the three that it ignores while it waits for its input.
    private static long ignored(String prologue) throws IOException, InterruptedException {
        String script = prologue
                + "mkfifo \"$0/fifo\"; exec 3<>\"$0/fifo\"; \"$@\" <&3 & until [[ $(readlink /proc/$!/fd/0) == */fifo &&"
                + " $(</proc/$!/comm) == java ]]; do :; done; grep SigIgn /proc/$!/status; exec 3>&-; kill -9 $!";
        Path directory = Files.createTempDirectory("reprise-self-");
        List<String> command = new ArrayList<>(List.of("bash", "-c", script, directory + ""));
        command.addAll(Tool.command(List.of(), "show", "-"));
        String out = Tool.run(new ProcessBuilder(command)).out();
        Files.delete(directory.resolve("fifo"));
        Files.delete(directory);
        return Long.parseUnsignedLong(out.replace("SigIgn:", "").strip(), 16) & (HANGUP | INTERRUPT | TERMINATE);
    }

    @Test
    void standardStreamsMayBeClosed() throws Exception {
        assertThat(shell("exec \"$@\" >&-", "--version").status()).isZero();
        assertThat(shell("exec \"$@\" <&- 2>&-", "--version").succeeds().out()).startsWith("reprise ");
    }

    @Test
    void aLargeEnvironmentAndManyArgumentsArrive() throws Exception {
        String fill = "for i in {1..60}; do export FILL$i=$(printf %020000d 0); done; ";
        assertThat(shell(fill + "exec \"$@\"", "--version").succeeds().out()).startsWith("reprise ");
        Tool.Outcome wrong = shell("exec \"$@\" $(seq 20000)", "show");
        assertThat(wrong.status()).isEqualTo(2);
        assertThat(wrong.err()).contains("'2'").hasLineCount(1);
    }

    @Test
    void aCheckpointThatDoesNotFitGivesWayToTheJvm() throws Exception {
        Path cache = scratch.resolve("cache");
        Files.createDirectories(cache);
        launch("XDG_CACHE_HOME=" + cache, "REPRISE_WARM_SECONDS=0", "warm").succeeds();
        Path self = selves(cache).getFirst();
        assertThat(launch("XDG_CACHE_HOME=" + cache, "check").succeeds().out()).contains(SELF);

        // a file that it has mapped is another one now: its own check finds that, and it goes
        Path jar = jars(self).getFirst();
        Path kept = scratch.resolve("kept");
        Files.move(jar, kept);
        try {
            Files.writeString(jar, "no jar");
            launch("XDG_CACHE_HOME=" + cache, "--version");
            assertThat(self).doesNotExist();
        } finally {
            Files.move(kept, jar, StandardCopyOption.REPLACE_EXISTING);
        }
        assertThat(launch("XDG_CACHE_HOME=" + cache, "check").succeeds().out()).contains(JVM);
    }

    // The JVM that waits to be frozen has nobody else who would end it; all else that it starts ends by itself.
    @Test
    void aKilledWarmUpTakesItsJvmAlong() throws Exception {
        Path cache = Files.createDirectory(scratch.resolve("cache"));
        String script =
                "XDG_CACHE_HOME=$1 $2 warm & until jvm=$(pgrep -f 'Main [s]elf '); do sleep .1; done; kill -9 $!;"
                        + " while [[ -e /proc/$jvm/exe ]]; do sleep .1; done; echo ended";
        List<String> command = new ArrayList<>(List.of("unshare", "-pf", "--kill-child", "--mount-proc"));
        command.addAll(List.of("bash", "-c", script, "bash", cache + "", Checkout.ROOT.resolve("reprise") + ""));
        assertThat(Tool.run(new ProcessBuilder(command)).out()).isEqualTo("ended\n");
    }

    @Test
    void whatOthersCouldHaveWrittenIsNotStarted() throws Exception {
        Path cache = scratch.resolve("cache");
        Path self = Path.of(Tool.command(List.of(), "").getFirst());
        Path place =
                cache.resolve("reprise").resolve(Tool.cache().resolve("reprise").relativize(self));
        Files.createDirectories(place.getParent());
        Files.copy(self, place, StandardCopyOption.COPY_ATTRIBUTES);
        Files.copy(self.resolveSibling("run.of"), place.resolveSibling("run.of"));
        mode(cache.resolve("reprise"), "rwx------");
        assertThat(launch("XDG_CACHE_HOME=" + cache, "check").succeeds().out()).contains(SELF);
        mode(place, "rwxrwx---");
        assertThat(launch("XDG_CACHE_HOME=" + cache, "check").succeeds().out()).contains(JVM);
        mode(place, "rwx------");
        mode(cache.resolve("reprise"), "rwxrwxrwx");
        assertThat(launch("XDG_CACHE_HOME=" + cache, "check").succeeds().out()).contains(JVM);
    }

    private static void mode(Path file, String mode) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private static List<Path> selves(Path cache) throws IOException {
        try (Stream<Path> files = Files.walk(cache)) {
            return files.filter(file -> file.endsWith("run")).toList();
        }
    }

    private static List<Path> jars(Path self) throws IOException {
        String digest = Files.readString(self.resolveSibling("run.of")).strip();
        try (Stream<Path> files = Files.list(Checkout.ROOT.resolve(".reprise/app/" + digest))) {
            return files.filter(file -> file.getFileName().toString().startsWith("picocli"))
                    .toList();
        }
    }

    private static Tool.Outcome launch(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("env"));
        for (String word : words) {
            if (!word.contains("=")) {
                command.add(Checkout.ROOT.resolve("reprise").toString());
            }
            command.add(word);
        }
        return Tool.run(new ProcessBuilder(command));
    }

    private static Tool.Outcome in(Path directory, String... arguments) throws IOException, InterruptedException {
        return Tool.run(new ProcessBuilder(Tool.command(List.of(), arguments)).directory(directory.toFile()));
    }

    private static Tool.Outcome shell(String script, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("bash", "-c", script, "bash"));
        command.addAll(Tool.command(List.of(), arguments));
        return Tool.run(new ProcessBuilder(command));
    }
}
