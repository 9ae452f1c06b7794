package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.reprise.engine.MemoryStore;
import dev.reprise.engine.model.After;
import dev.reprise.engine.model.CheckpointOptions;
import dev.reprise.engine.model.Compression;
import dev.reprise.engine.model.Filters;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compressed images: made, read and restored in every place, by several threads, in bounded memory. */
class CompressionTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long AWAY_MILLIS = 60_000;
    private static final long MOST_MEMORY_KIB = 64 << 10;

    @TempDir
    Path scratch;

    @BeforeEach
    void needRoot() {
        assumeThat(Tasks.isRoot()).as("checkpoints need root").isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"lz4", "zstd", "zstd:3"})
    void isRestoredFromAFile(String method) throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            Path image = scratch.resolve("image");
            Tool.run("checkpoint", "--kill", "--compress", method, "-o", image + "", guest.pid() + "")
                    .succeeds();
            Tasks.awaitEnd(guest.pid(), PATIENCE);
            assertThat(Tool.run("verify", image + "").succeeds().out()).startsWith("good: format 1, ");
            assertThat(Tool.run("show", image + "").succeeds().out()).contains("heap");
            guest.passes(restored(image + ""), AWAY_MILLIS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"lz4", "zstd"})
    void goesFromPipeToPipe(String method) throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("big.64.small"))) {
            Path number = scratch.resolve("pid");
            Pipeline.run(
                    guest,
                    Tool.quoted("checkpoint", "--kill", "--compress", method, guest.pid() + "") + " | "
                            + Tool.quoted("restore", "-d", "--pidfile", number + ""));
            guest.passes(Integer.parseInt(Files.readString(number).strip()), AWAY_MILLIS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"lz4", "zstd"})
    void theProgramRunsOn(String method) throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("rounds_over_pages"))) {
            Path image = scratch.resolve("image");
            Tool.run("checkpoint", "--compress", method, "-o", image + "", guest.pid() + "")
                    .succeeds();
            assertThat(Tool.run("verify", image + "").succeeds().out()).startsWith("good");
            Tool.run("checkpoint", "--stop-and-copy", "--compress", method, "-o", image + "", guest.pid() + "")
                    .succeeds();
            assertThat(Tool.run("verify", image + "").succeeds().out()).startsWith("good");
            guest.passes(guest.pid(), AWAY_MILLIS);
        }
    }

    @Test
    void isCopiedWithAnotherCompression() throws Exception {
        String memory = "mem:test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
        Path inMemory = MemoryStore.ofUser().path(memory.substring("mem:".length()));
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            Tool.run("checkpoint", "--kill", "--compress=lz4", "-o", memory, guest.pid() + "")
                    .succeeds();
            Tasks.awaitEnd(guest.pid(), PATIENCE);
            Path plain = scratch.resolve("plain");
            Path packed = scratch.resolve("packed");
            Tool.run("cp", "--compress=none", memory, plain + "").succeeds();
            Tool.run("cp", "--compress", "zstd", plain + "", packed + "").succeeds();
            assertThat(Files.size(packed)).isLessThan(Files.size(plain));
            Path again = scratch.resolve("again");
            Tool.run("cp", "--compress", "none", packed + "", again + "").succeeds();
            assertThat(again).hasSameBinaryContentAs(plain);
            Tool.run("cp", packed + "", again + "").succeeds();
            assertThat(again).hasSameBinaryContentAs(packed);
            guest.passes(restored(packed + ""), AWAY_MILLIS);
        } finally {
            Files.deleteIfExists(inMemory);
        }
    }

    @Test
    void becomesAnExecutable() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            Path image = scratch.resolve("image");
            Path program = scratch.resolve("program");
            Library.checkpoint(guest.pid(), image, options(Compression.ZSTD).with(After.KILL));
            Tasks.awaitEnd(guest.pid(), PATIENCE);
            Tool.run("export", "--executable", "-o", program + "", image + "").succeeds();
            Process process = Births.start(new ProcessBuilder(program + "")
                    .redirectErrorStream(true)
                    .redirectOutput(scratch.resolve("out").toFile()));
            guest.passes((int) process.pid(), AWAY_MILLIS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"lz4", "zstd"})
    void aBadOneStartsNothing(String method) throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            Path image = scratch.resolve("image");
            Tool.run("checkpoint", "--kill", "--compress", method, "-o", image + "", guest.pid() + "")
                    .succeeds();
            Tasks.awaitEnd(guest.pid(), PATIENCE);
            byte[] good = Files.readAllBytes(image);
            for (int length : new int[] {2, 5, 100, good.length / 2, good.length - 1}) {
                startsNothing(Arrays.copyOf(good, length), "truncated image", guest.pid());
            }
            for (int at : new int[] {9, good.length / 2, good.length / 3 * 2}) {
                byte[] flipped = good.clone();
                flipped[at] ^= 0x10;
                startsNothing(flipped, " image: ", guest.pid());
            }
            byte[] more = Arrays.copyOf(good, good.length + 1);
            startsNothing(more, " image: ", guest.pid()); // a magic that is cut, or another one
        }
    }

    private void startsNothing(byte[] bytes, String answer, int pid) throws Exception {
        Path bad = Files.write(scratch.resolve("bad"), bytes);
        Tool.Outcome outcome = Tool.run("restore", "-d", bad + "").endsWith(1);
        assertThat(outcome.err()).startsWith("reprise: ").contains(answer).hasLineCount(1);
        Tasks.awaitEnd(pid, PATIENCE);
        assertThat(Tasks.isAlive(pid)).as("it is left running").isFalse();
    }

    @Test
    void wrongUsageIsSaid() throws Exception {
        String pid = ProcessHandle.current().pid() + "";
        assertThat(Tool.run("checkpoint", "--compress=gzip", "-o", scratch.resolve("x") + "", pid)
                        .endsWith(2)
                        .err())
                .contains("none of none, lz4, zstd")
                .hasLineCount(1);
        assertThat(Tool.run("checkpoint", "--compress=zstd:19", "-o", scratch.resolve("x") + "", pid)
                        .endsWith(2)
                        .err())
                .contains("zstd has level 3 here")
                .hasLineCount(1);
        assertThat(Tool.run("checkpoint", "--executable", "--compress=lz4", "-o", scratch.resolve("x") + "", pid)
                        .endsWith(2)
                        .err())
                .contains("--compress and --encrypt are about images")
                .hasLineCount(1);
        assertThat(scratch).isEmptyDirectory();
    }

    /** At most 64 MiB more than a run that meets no image: the program has ten times as much. */
    @Test
    void theMemoryIsBounded() throws Exception {
        Path ready = scratch.resolve("ready");
        AgeKeyPair reader = AgeKeyPair.create(scratch.resolve("key"));
        String program = "import os,time\nd=[os.urandom(1<<19)+bytes(1<<19) for _ in range(640)]\n"
                + "for i in range(len(d)): d[i]=bytearray(d[i])\n" + "open('" + ready + "','w').close()\n"
                + "while True: time.sleep(0.1)";
        Process process = Births.start(new ProcessBuilder("setsid", "python3", "-c", program)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(Path.of("/dev/null").toFile())
                .redirectError(Path.of("/dev/null").toFile()));
        try {
            RealProgram.await("all its memory", () -> Files.exists(ready));
            String pid = process.pid() + "";
            Path image = scratch.resolve("image");
            long base = peak(1, "verify", "/dev/null");
            for (List<String> filters : List.of(
                    List.of("--compress", "lz4"),
                    List.of("--compress", "zstd"),
                    List.of("--encrypt", reader.recipient()),
                    List.of("--compress", "zstd", "--encrypt", reader.recipient()),
                    List.of("--dedup", "--lanes", "4"))) {
                List<String> line = new ArrayList<>(List.of("checkpoint", "--sync=no"));
                line.addAll(filters);
                line.addAll(List.of("-o", image + "", pid));
                long writing = peak(0, line.toArray(String[]::new));
                assertThat(Files.size(image)).isGreaterThan(300L << 20);
                long reading = peak(0, "verify", "--identity", reader.file() + "", image + "");
                assertThat(writing - base).as("writing %s", filters).isLessThan(MOST_MEMORY_KIB);
                assertThat(reading - base).as("reading %s", filters).isLessThan(MOST_MEMORY_KIB);
            }
            for (String way : List.of("--sync=no", "--stop-and-copy")) {
                long writing = peak(0, "checkpoint", "--lanes=8", way, "-o", "/dev/null", pid);
                assertThat(writing - base).as("eight lanes, %s", way).isLessThan(MOST_MEMORY_KIB);
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    // The most memory that a run of the tool, on the JVM, had, in KiB.
    private static long peak(int status, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(Tool.command(List.of("-Dreprise.jvm=true"), arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(Path.of("/dev/null").toFile())
                .redirectError(Path.of("/dev/null").toFile());
        Tool.environment(builder);
        Process process = Births.start(builder);
        long peak = 0;
        do {
            peak = Math.max(peak, highWater(process.pid()));
        } while (!process.waitFor(2, java.util.concurrent.TimeUnit.MILLISECONDS));
        assertThat(process.exitValue()).isEqualTo(status);
        return peak;
    }

    private static long highWater(long pid) throws IOException {
        try (var lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0);
        } catch (java.nio.file.NoSuchFileException | java.io.UncheckedIOException gone) {
            return 0;
        }
    }

    @Test
    void theLibraryReadsItFromAChannel() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            Path image = scratch.resolve("image");
            Library.checkpoint(guest.pid(), image, options(Compression.LZ4));
            try (ReadableByteChannel source = Channels.newChannel(Files.newInputStream(image))) {
                assertThat(dev.reprise.engine.SavedImage.read(source, dev.reprise.engine.model.Opening.NONE)
                                .imageBytes())
                        .isGreaterThan(Files.size(image));
            }
            guest.passes(guest.pid(), AWAY_MILLIS);
        }
    }

    private static CheckpointOptions options(Compression compression) {
        return CheckpointOptions.DEFAULT.withoutSync().with(new Filters(compression));
    }

    private int restored(String image) throws IOException, InterruptedException {
        Path number = scratch.resolve("pid");
        Tool.run("restore", "-d", "--pidfile", number + "", image).succeeds();
        return Integer.parseInt(Files.readString(number).strip());
    }
}
