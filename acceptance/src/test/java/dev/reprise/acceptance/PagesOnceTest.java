package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs that have the same pages many times, out of images that have them once. */
class PagesOnceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int SIGUSR1 = 10;

    // 64 different MiB, each of them four times and in another order; it says their digest when it is asked to
    // (SIGUSR1).
    private static final String PROGRAM = """
            import hashlib, os, random, signal, time
            random.seed(1)
            parts = [os.urandom(1 << 20) for _ in range(16)]
            blocks = [bytearray(random.choice(parts)) for _ in range(64)] + [bytearray(1 << 20) for _ in range(8)]
            def digest():
                h = hashlib.sha256()
                for b in blocks: h.update(b)
                return h.hexdigest()
            def say(*_):
                with open('said.part', 'w') as f: f.write(digest())
                os.rename('said.part', 'said')
            signal.signal(signal.SIGUSR1, say)
            with open('before', 'w') as f: f.write(digest())
            open('ready', 'w').close()
            while True: time.sleep(0.05)
            """;

    @TempDir
    Path scratch;

    @BeforeEach
    void needRoot() {
        assumeThat(Tasks.isRoot()).as("checkpoints need root").isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"pipe", "file", "lazy", "lz4", "copied", "signed"})
    void theMemoryIsTheSame(String way) throws Exception {
        Path program = Files.writeString(scratch.resolve("program.py"), PROGRAM);
        Path images = Files.createTempDirectory("reprise-once");
        try (RealProgram python = RealProgram.start(scratch, "python3 " + program)) {
            RealProgram.await("all its memory", () -> Files.exists(scratch.resolve("ready")));
            String pid = python.pid() + "";
            Path image = images.resolve("image");
            Path plain = images.resolve("plain");
            Tool.run("checkpoint", "-o", plain + "", pid).succeeds();
            String restore = switch (way) {
                case "pipe" -> {
                    shell(Tool.quoted("checkpoint", "--dedup", "--lanes=3", "--kill", pid) + " > " + image);
                    yield "cat " + image + " | " + Tool.quoted("restore", "-d", "--lanes=4");
                }
                case "lz4" -> {
                    Tool.run("checkpoint", "--dedup", "--compress=lz4", "--kill", "-o", image + "", pid)
                            .succeeds();
                    yield Tool.quoted("restore", "-d", image + "");
                }
                case "copied" -> {
                    Tool.run("checkpoint", "--kill", "-o", plain + "", pid).succeeds();
                    Tool.run("cp", "--dedup", plain + "", image + "").succeeds();
                    yield Tool.quoted("restore", "-d", image + "");
                }
                case "signed" -> {
                    shell("openssl genpkey -algorithm ed25519 -out " + images + "/key 2>/dev/null; openssl pkey -in "
                            + images + "/key -pubout -out " + images + "/public");
                    Tool.run("checkpoint", "--dedup", "--sign", images + "/key", "--kill", "-o", image + "", pid)
                            .succeeds();
                    yield Tool.quoted("restore", "-d", "--verify", images + "/public", image + "");
                }
                default -> {
                    Tool.run("checkpoint", "--dedup", "--kill", "-o", image + "", pid)
                            .succeeds();
                    yield Tool.quoted(
                            way.equals("lazy")
                                    ? new String[] {"restore", "-d", "--lazy", image + ""}
                                    : new String[] {"restore", "-d", image + ""});
                }
            };
            Tasks.awaitEnd(python.pid(), PATIENCE);
            // 72 MiB, of which 17 are different: so few were left that others than those were found, too
            assertThat(Files.size(image)).isLessThan(Files.size(plain) / 2);
            Tool.run("verify", image + "").succeeds();
            assertThat(Tool.run("show", image + "").succeeds().out()).contains("python3");
            shell(restore);
            Tasks.kill(python.pid(), SIGUSR1);
            RealProgram.await("its answer", () -> Files.exists(scratch.resolve("said")));
            assertThat(scratch.resolve("said")).hasSameTextualContentAs(scratch.resolve("before"));
        } finally {
            for (String name : List.of("image", "plain", "key", "public")) {
                Files.deleteIfExists(images.resolve(name));
            }
            Files.delete(images);
        }
    }

    @Test
    void whatCannotBeIsSaid() throws IOException, InterruptedException {
        String pid = ProcessHandle.current().pid() + "";
        String file = scratch.resolve("x") + "";
        for (List<String> line : List.of(
                List.of("checkpoint", "--dedup", "--prove", "-o", file, pid),
                List.of("checkpoint", "--dedup", "--executable", "-o", file, pid),
                List.of("checkpoint", "--dedup", "-o", "store:" + scratch.resolve("s"), pid))) {
            assertThat(Tool.run(line.toArray(String[]::new)).endsWith(2).err()).hasLineCount(1);
        }
        assertThat(scratch).isEmptyDirectory();
    }

    private static void shell(String line) throws IOException, InterruptedException {
        Tool.run(new ProcessBuilder("bash", "-c", "set -o pipefail; " + line)).succeeds();
    }
}
