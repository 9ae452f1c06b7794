package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.reprise.engine.Explain;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What programs read of the tool: JSON by its published schemas, figures, pid files. */
class ReportsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long AWAY_MILLIS = 60_000;
    private static final long POLL_MILLIS = 10;
    private static final int PIPE_CAPACITY = 65_536;

    @TempDir
    Path scratch;

    @BeforeEach
    void needRoot() {
        assumeThat(Tasks.isRoot()).as("checkpoints need root").isTrue();
    }

    @Test
    void checkFollowsItsSchema() throws Exception {
        String json = Tool.run("check", "--json").succeeds().out();
        assertThat(Schema.errors("check", json)).isEmpty();
        assertThat(Tool.run("check").succeeds().out()).contains("futex_waitv", "CAP_SYS_PTRACE", "work here");
    }

    @Test
    void explainFollowsItsSchemaWhateverItSays() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            String possible =
                    Tool.run("explain", "--json", guest.pid() + "").succeeds().out();
            assertThat(Schema.errors("explain", possible)).isEmpty();
            assertThat(possible).contains("\"possible\": true");
            assertThat(Tool.run("explain", guest.pid() + "").succeeds().out()).contains("can be checkpointed");
        }
        String impossible = Tool.run(
                        "explain", "--json", ProcessHandle.current().pid() + "")
                .endsWith(3)
                .out();
        assertThat(Schema.errors("explain", impossible)).isEmpty();
        assertThat(impossible).contains("\"possible\": false");
    }

    @Test
    void figuresAndShowFollowTheirSchemas() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            Path image = scratch.resolve("image");
            Path stats = scratch.resolve("stats");
            Tool.run("checkpoint", "--kill", "--stats", stats + "", "-o", image + "", guest.pid() + "")
                    .succeeds();
            Map<?, ?> figures = figures(stats);
            assertThat(figures.get("outcome")).isEqualTo("done");
            assertThat(figures.get("image_bytes")).isEqualTo(Files.size(image));
            assertThat((Long) figures.get("pages") * 4096).isEqualTo(figures.get("bytes_written"));
            assertThat(figures.get("threads")).isEqualTo(1L);
            assertThat((Double) figures.get("frozen_ms")).isPositive().isLessThan((Double) figures.get("wall_ms"));

            assertThat(Schema.errors(
                            "show",
                            Tool.run("show", "--json", image + "").succeeds().out()))
                    .isEmpty();
            assertThat(Tool.run("show", image + "").succeeds().out()).contains("process " + guest.pid(), "[heap]");

            Path pidfile = scratch.resolve("pid");
            Tasks.awaitEnd(guest.pid(), java.time.Duration.ofSeconds(10));
            Tool.run("restore", "-d", "--stats", stats + "", "--pidfile", pidfile + "", image + "")
                    .succeeds();
            assertThat(pidfile).hasContent(guest.pid() + "\n");
            Map<?, ?> restored = figures(stats);
            assertThat((Double) restored.get("restore_ms")).isPositive();
            assertThat(restored.get("pages")).isEqualTo(figures.get("pages"));
            guest.passes(guest.pid(), 60_000);
        }
    }

    @Test
    void aRefusalHasFiguresAndReasons() throws Exception {
        Path stats = scratch.resolve("stats");
        String self = ProcessHandle.current().pid() + "";
        Path image = scratch.resolve("image");
        Tool.Outcome refused = Tool.run("checkpoint", "--stats", stats + "", "-o", image + "", self)
                .endsWith(3);
        Map<?, ?> figures = figures(stats);
        assertThat(figures.get("outcome")).isEqualTo("refused");
        assertThat((Iterable<?>) figures.get("refusals")).isNotEmpty();
        assertThat(refused.err()).contains("process " + self + " cannot be checkpointed");
        assertThat(image).doesNotExist();
    }

    @Test
    void explainSaysWhichSleepsWouldBeginAnew() throws Exception {
        Map<String, String> notes = Map.of(
                "blocked.sigtimedwait", "begins anew",
                "blocked.recvfrom_timed", "begins anew",
                "blocked.poll_timed", "",
                "blocked.nanosleep", "");
        for (Map.Entry<String, String> guest : notes.entrySet()) {
            try (RunningGuest running = RunningGuest.start(Guest.named(guest.getKey()))) {
                assertNote(running, guest.getValue());
            }
        }
    }

    private static void assertNote(RunningGuest running, String wanted) throws Exception {
        List<String> notes = Explain.process(running.pid()).notes().stream()
                .filter(note -> note.startsWith("thread "))
                .toList();
        if (wanted.isEmpty()) {
            assertThat(notes).as(running.guest().name()).isEmpty();
        } else {
            assertThat(notes)
                    .as(running.guest().name())
                    .singleElement()
                    .asString()
                    .startsWith("thread " + running.pid() + " ")
                    .contains(wanted);
        }
    }

    private static Map<?, ?> figures(Path stats) throws Exception {
        String json = Files.readString(stats);
        assertThat(Schema.errors("stats", json)).isEmpty();
        return (Map<?, ?>) JsonText.parse(json);
    }

    @Test
    void progressCountsEveryByteOfBothWays() throws Exception {
        Path image = scratch.resolve("image");
        try (RunningGuest guest = RunningGuest.start(Guest.named("big.64.small"))) {
            for (String way : List.of("--stop-and-copy", "--rate=1G")) {
                Tool.Outcome taken =
                        Tool.run("checkpoint", way, "--progress=json", "--sync=no", "-o", image + "", guest.pid() + "");
                assertCounted(taken.succeeds().err(), "freeze", "memory");
            }
            Tool.Outcome quiet = Tool.run("checkpoint", "--kill", "--sync=no", "-o", image + "", guest.pid() + "");
            assertThat(quiet.succeeds().err()).isEmpty();
            Tasks.awaitEnd(guest.pid(), PATIENCE);
            assertCounted(
                    Tool.run("verify", "--progress=json", image + "").succeeds().err(), "verify");
            assertCounted(
                    Tool.run("cp", "--progress=json", image + "", scratch.resolve("copy") + "")
                            .succeeds()
                            .err(),
                    "copy");
            assertCounted(
                    Tool.run(
                                    "export",
                                    "--executable",
                                    "--progress=json",
                                    "-o",
                                    scratch.resolve("program") + "",
                                    image + "")
                            .succeeds()
                            .err(),
                    "read",
                    "write");
            String restore = Tool.quoted("restore", "-d", "--progress=json");
            String pipe = "cat " + image + " | " + restore;
            assertCounted(
                    Tool.run(new ProcessBuilder("bash", "-c", pipe)).succeeds().err(), "plan", "memory");
            guest.passes(guest.pid(), AWAY_MILLIS);
        }
    }

    // stderr is a pipe that is full: the program's reader may itself be what is frozen.
    @Test
    void progressWaitsForNoReader() throws Exception {
        Path image = scratch.resolve("unread");
        Path pipe = scratch.resolve("full");
        assertThat(new ProcessBuilder("mkfifo", pipe + "").start().waitFor()).isZero();
        try (RunningGuest guest = RunningGuest.start(Guest.named("self_checker.multi"));
                RandomAccessFile ends = new RandomAccessFile(pipe.toFile(), "rw")) {
            ends.write(new byte[PIPE_CAPACITY]);
            List<String> command = Tool.command(
                    List.of(), "checkpoint", "--stop-and-copy", "--progress=json", "-o", image + "", guest.pid() + "");
            Process tool =
                    new ProcessBuilder(command).redirectError(pipe.toFile()).start();
            try {
                long deadline = System.nanoTime() + PATIENCE.toNanos();
                while (!Files.exists(image)) {
                    assertThat(System.nanoTime()).as("the image appears").isLessThan(deadline);
                    Thread.sleep(POLL_MILLIS);
                }
                guest.passes(guest.pid(), AWAY_MILLIS);
                ends.readFully(new byte[PIPE_CAPACITY]);
                assertThat(tool.waitFor()).isZero();
                ends.write('.');
                byte[] said = new byte[PIPE_CAPACITY];
                int length = ends.read(said);
                assertThat(new String(said, 0, length, StandardCharsets.UTF_8)).contains("\"phase\":\"freeze\"}\n");
            } finally {
                tool.destroyForcibly();
            }
        }
    }

    // The last line with bytes has all of them.
    private static void assertCounted(String lines, String... phases) {
        for (String phase : phases) {
            assertThat(lines).contains("\"phase\":\"" + phase + "\"}");
        }
        String last = lines.lines()
                .filter(line -> line.contains("\"bytes\""))
                .reduce((a, b) -> b)
                .orElseThrow();
        assertThat(last).matches(".*\"bytes\":(\\d+),\"total\":\\1}");
    }
}
