package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.reprise.engine.MemoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real programs through streams of several lanes, in every place that an image can have. */
class LanesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long AWAY_MILLIS = 60_000;

    @TempDir
    Path scratch;

    @BeforeEach
    void needRoot() {
        assumeThat(Tasks.isRoot()).as("checkpoints need root").isTrue();
    }

    @ParameterizedTest
    @CsvSource({"1,none,4", "2,none,1", "8,none,2", "3,lz4,2", "2,zstd,8"})
    void memoryGoesFromPipeToPipe(String lanes, String method, String readers) throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("big.64.small"))) {
            Path number = scratch.resolve("pid");
            Pipeline.run(
                    guest,
                    Tool.quoted("checkpoint", "--kill", "--lanes", lanes, "--compress", method, guest.pid() + "")
                            + " | " + Tool.quoted("restore", "-d", "--lanes", readers, "--pidfile", number + ""));
            guest.passes(Integer.parseInt(Files.readString(number).strip()), AWAY_MILLIS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"many_processes", "rounds_over_pages", "taking_turns", "python_threads"})
    void allOfASetAndItsSharedMemoryDo(String name) throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named(name))) {
            Path number = scratch.resolve("pid");
            Pipeline.run(
                    guest,
                    Tool.quoted("checkpoint", "--kill", "--lanes=4", guest.pid() + "") + " | "
                            + Tool.quoted("restore", "-d", "--lanes=3", "--pidfile", number + ""));
            guest.passes(Integer.parseInt(Files.readString(number).strip()), AWAY_MILLIS);
        }
    }

    /** Written while the program runs on and writes to it, signed and encrypted, kept in memory and in a store: byte for byte the same. */
    @Test
    void theyAreReadInEveryPlace() throws Exception {
        String memory = "mem:test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
        Path inMemory = MemoryStore.ofUser().path(memory.substring("mem:".length()));
        AgeKeyPair reader = AgeKeyPair.create(scratch.resolve("key"));
        String store = "store:" + scratch.resolve("store");
        try (RunningGuest guest = RunningGuest.start(Guest.named("big.64.small"))) {
            String pid = guest.pid() + "";
            Tool.run("checkpoint", "--lanes", "3", "--encrypt", reader.recipient(), "--compress=lz4", "-o", memory, pid)
                    .succeeds();
            Tool.run("checkpoint", "--lanes", "3", "--kill", "-o", store, pid).succeeds();
            Tasks.awaitEnd(guest.pid(), PATIENCE);
            String identity = reader.file() + "";
            Tool.run("verify", "--identity", identity, memory).succeeds();
            Path plain = scratch.resolve("plain");
            Tool.run("cp", "--lanes=2", store, plain + "").succeeds();
            Path packed = scratch.resolve("packed");
            Tool.run("cp", "--lanes=5", "--compress=zstd", plain + "", packed + "")
                    .succeeds();
            Path again = scratch.resolve("again");
            Tool.run("cp", "--compress=none", packed + "", again + "").succeeds();
            assertThat(again).hasSameBinaryContentAs(plain);
            assertThat(Tool.run("show", plain + "").succeeds().out()).contains("big");
            // by its own tasks, each page where it lies in the file
            Path number = scratch.resolve("pid");
            Tool.run("restore", "-d", "--pidfile", number + "", plain + "").succeeds();
            guest.passes(Integer.parseInt(Files.readString(number).strip()), AWAY_MILLIS);
        } finally {
            Files.deleteIfExists(inMemory);
        }
    }

    @Test
    void aRedisKeepsItsKeys() throws Exception {
        try (RealProgram redis = RealProgram.start(
                scratch, "redis-server --port 0 --unixsocket s --save '' --enable-debug-command local")) {
            redis.awaitSuccess("redis-cli -s s ping");
            redis.ask("redis-cli -s s debug populate 300000");
            String digest = redis.ask("redis-cli -s s debug digest");
            Path image = Files.createTempFile("reprise-lanes", ".image");
            try {
                String checkpoint = Tool.quoted("checkpoint", "--lanes=2", "--kill", redis.pid() + "") + " > " + image;
                Tool.run(new ProcessBuilder("bash", "-c", checkpoint)).succeeds();
                Tasks.awaitEnd(redis.pid(), PATIENCE);
                Tool.run(new ProcessBuilder("bash", "-c", Tool.quoted("restore", "-d", "--lanes=2") + " < " + image))
                        .succeeds();
            } finally {
                Files.delete(image);
            }
            assertThat(redis.ask("redis-cli -s s debug digest")).isEqualTo(digest);
        }
    }

    /** The stream ends somewhere: nothing of the program runs. */
    @Test
    void aStreamThatBreaksOffStartsNothing() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("big.64.small"))) {
            Path image = scratch.resolve("image");
            String checkpoint = Tool.quoted("checkpoint", "--lanes=3", "--kill", guest.pid() + "") + " > " + image;
            Tool.run(new ProcessBuilder("bash", "-c", checkpoint)).succeeds();
            Tasks.awaitEnd(guest.pid(), PATIENCE);
            long length = Files.size(image);
            for (long cut :
                    List.of(1L, 300L, length / 3, length / 2 + 1, length - (1 << 20), length - 64, length - 1)) {
                String line = "head -c " + cut + " " + image + " | " + Tool.quoted("restore", "-d", "--lanes=3");
                Tool.Outcome outcome =
                        Tool.run(new ProcessBuilder("bash", "-c", line)).endsWith(1);
                assertThat(outcome.err())
                        .startsWith("reprise: ")
                        .contains("truncated image")
                        .hasLineCount(1);
                assertThat(Tasks.isAlive(guest.pid())).as("it is left running").isFalse();
            }
        }
    }

    /** Whoever reads goes away: the program runs on, the tool says one line. */
    @Test
    void aReaderThatGoesAwayHarmsNobody() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("big.64.small"))) {
            for (String way : List.of("--stop-and-copy", "--kill", "--sync=no")) {
                String line = Tool.quoted("checkpoint", "--lanes=4", way, guest.pid() + "") + " | head -c 9000000 >"
                        + scratch.resolve("part") + "; exit ${PIPESTATUS[0]}";
                assertThat(Tool.run(new ProcessBuilder("bash", "-c", line))
                                .endsWith(1)
                                .err())
                        .startsWith("reprise: ")
                        .hasLineCount(1);
            }
            guest.passes(guest.pid(), AWAY_MILLIS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "9", "-1", "two", "", "1.5", "99999999999"})
    void aNumberThatIsNoneIsSaid(String lanes) throws IOException, InterruptedException {
        String pid = ProcessHandle.current().pid() + "";
        String file = scratch.resolve("x") + "";
        for (List<String> line : List.of(
                List.of("checkpoint", "--lanes=" + lanes, "-o", file, pid),
                List.of("restore", "-d", "--lanes=" + lanes, file),
                List.of("cp", "--lanes=" + lanes, file, file))) {
            assertThat(Tool.run(line.toArray(String[]::new)).endsWith(2).err())
                    .contains("is no number from 1 to 8")
                    .hasLineCount(1);
        }
        assertThat(scratch).isEmptyDirectory();
    }
}
