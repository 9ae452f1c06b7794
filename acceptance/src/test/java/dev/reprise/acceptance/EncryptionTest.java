package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.reprise.engine.MemoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Encrypted images: for whom, in every place, as the program age makes and reads them, and what they say to others. */
class EncryptionTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long AWAY_MILLIS = 60_000;
    private static final int RUNS = 20;

    @TempDir
    Path scratch;

    private AgeKeyPair own;

    @BeforeEach
    void needRoot() throws Exception {
        assumeThat(Tasks.isRoot()).as("checkpoints need root").isTrue();
        own = AgeKeyPair.create(scratch.resolve("key"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "lz4", "zstd"})
    void isRestoredByItsReaders(String method) throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            Path image = image(guest, "--kill", "--compress", method, "--encrypt", own.recipient());
            Tasks.awaitEnd(guest.pid(), PATIENCE);
            assertThat(Tool.run("verify", "--identity", own.file() + "", image + "")
                            .succeeds()
                            .out())
                    .startsWith("good: format 1, ");
            assertThat(Tool.run("show", "--identity", own.file() + "", image + "")
                            .succeeds()
                            .out())
                    .contains("heap");
            guest.passes(restored("--identity", own.file() + "", image + ""), AWAY_MILLIS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "zstd"})
    void goesFromPipeToPipe(String method) throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("big.64.small"))) {
            Path number = scratch.resolve("pid");
            Pipeline.run(
                    guest,
                    Tool.quoted(
                                    "checkpoint",
                                    "--kill",
                                    "--compress",
                                    method,
                                    "--encrypt",
                                    own.recipient(),
                                    guest.pid() + "")
                            + " | REPRISE_IN_BUILD=1 " + Checkout.ROOT.resolve("reprise") + " restore -d --pidfile "
                            + number
                            + " --identity <(cat " + own.file() + ")");
            guest.passes(Integer.parseInt(Files.readString(number).strip()), AWAY_MILLIS);
        }
    }

    @Test
    void theProgramRunsOn() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("rounds_over_pages"))) {
            Path image = image(guest, "--encrypt", own.recipient());
            Tool.run("verify", "--identity", own.file() + "", image + "").succeeds();
            Tool.run("checkpoint", "--stop-and-copy", "--encrypt", own.recipient(), "-o", image + "", guest.pid() + "")
                    .succeeds();
            Tool.run("verify", "--identity", own.file() + "", image + "").succeeds();
            guest.passes(guest.pid(), AWAY_MILLIS);
        }
    }

    @Test
    void isAFileOfAge() throws Exception {
        Path plain = scratch.resolve("plain");
        Path sealed = scratch.resolve("sealed");
        Path opened = scratch.resolve("opened");
        AgeKeyPair other = AgeKeyPair.create(scratch.resolve("other"));
        Path readers = Files.writeString(
                scratch.resolve("readers"), "# two\n" + own.recipient() + "\n\n" + other.recipient() + "\n");
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            Tool.run("checkpoint", "-o", plain + "", guest.pid() + "").succeeds();
            guest.passes(guest.pid(), AWAY_MILLIS);
        }
        for (AgeKeyPair reader : List.of(own, other)) {
            for (String[] encrypt : new String[][] {
                {"--encrypt", readers + ""}, {"--encrypt", own.recipient(), "--encrypt", other.recipient()}
            }) {
                List<String> line = new ArrayList<>(List.of("cp"));
                line.addAll(Arrays.asList(encrypt));
                line.addAll(List.of(plain + "", sealed + ""));
                Tool.run(line.toArray(String[]::new)).succeeds();
                shell("age -d -i " + reader.file() + " " + sealed + " > " + opened);
                assertThat(opened).hasSameBinaryContentAs(plain);
            }
        }
        for (String made : List.of(
                "age -r " + own.recipient(),
                "age -R " + readers,
                "age -e -i " + own.file(),
                "age -r " + other.recipient() + " -r " + own.recipient())) {
            shell(made + " -o " + sealed + " < " + plain);
            Tool.run("cp", "--identity", own.file() + "", sealed + "", opened + "")
                    .succeeds();
            assertThat(opened).hasSameBinaryContentAs(plain);
        }
        shell("age -a -r " + own.recipient() + " -o " + sealed + " < " + plain);
        says("armored age file", "verify", "--identity", own.file() + "", sealed + "");
    }

    @Test
    void passphrasesAreThoseOfAge() throws Exception {
        Path plain = scratch.resolve("plain");
        Path sealed = scratch.resolve("sealed");
        Path opened = scratch.resolve("opened");
        Path phrase = Files.writeString(scratch.resolve("phrase"), "correct horse\nsecond line\n");
        Files.setPosixFilePermissions(phrase, PosixFilePermissions.fromString("rw-------"));
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            Tool.run("checkpoint", "-o", plain + "", guest.pid() + "").succeeds();
            guest.passes(guest.pid(), AWAY_MILLIS);
        }
        Tool.run("cp", "--encrypt", "passphrase:" + phrase, plain + "", sealed + "")
                .succeeds();
        Typed.run(scratch, List.of("correct horse"), "age", "-d", "-o", opened + "", sealed + "")
                .succeeds();
        assertThat(opened).hasSameBinaryContentAs(plain);

        Files.delete(sealed);
        Typed.run(scratch, List.of("correct horse", "correct horse"), "age", "-e", "-p", "-o", sealed + "", plain + "")
                .succeeds();
        Files.delete(opened);
        Tool.run("cp", "--identity", "passphrase:" + phrase, sealed + "", opened + "")
                .succeeds();
        assertThat(opened).hasSameBinaryContentAs(plain);
        says("encrypted with a passphrase", "verify", sealed + "");
        says("encrypted with a passphrase", "verify", "--identity", own.file() + "", sealed + "");
        Files.writeString(phrase, "battery staple");
        says("the passphrase is wrong", "verify", "--identity", "passphrase:" + phrase, sealed + "");
    }

    @Test
    void aPassphraseIsAskedForAndNotShown() throws Exception {
        Path image = scratch.resolve("image");
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            Tool.Outcome asked = typed(
                            List.of("open sesame", "open sesame"),
                            "checkpoint",
                            "--encrypt",
                            "passphrase",
                            "-o",
                            image + "",
                            guest.pid() + "")
                    .succeeds();
            assertThat(asked.out()).contains("Passphrase: ").contains("again: ").doesNotContain("sesame");
            guest.passes(guest.pid(), AWAY_MILLIS);
        }
        assertThat(typed(List.of("open sesame"), "verify", "--identity", "passphrase", image + "")
                        .succeeds()
                        .out())
                .startsWith("good: ");
        assertThat(typed(List.of("open barley"), "verify", "--identity", "passphrase", image + "")
                        .endsWith(1)
                        .err())
                .contains("the passphrase is wrong")
                .hasLineCount(1);
        assertThat(typed(List.of("one", "two"), "cp", "--encrypt", "passphrase", image + "", scratch + "/x")
                        .endsWith(1)
                        .err())
                .contains("the passphrases differ")
                .hasLineCount(1);
        assertThat(typed(List.of(""), "verify", "--identity", "passphrase", image + "")
                        .endsWith(1)
                        .err())
                .contains("no passphrase was typed")
                .hasLineCount(1);
        List<String> alone = new ArrayList<>(List.of("setsid"));
        alone.addAll(Tool.command(List.of(), "verify", "--identity", "passphrase", image + ""));
        assertThat(Tool.run(new ProcessBuilder(alone)).endsWith(1).err())
                .contains("there is no terminal")
                .hasLineCount(1);
    }

    @Test
    void isCopiedForOthers() throws Exception {
        String memory = "mem:test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
        Path inMemory = MemoryStore.ofUser().path(memory.substring("mem:".length()));
        AgeKeyPair other = AgeKeyPair.create(scratch.resolve("other"));
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            Tool.run(
                            "checkpoint",
                            "--kill",
                            "--compress=zstd",
                            "--encrypt",
                            own.recipient(),
                            "-o",
                            memory,
                            guest.pid() + "")
                    .succeeds();
            Tasks.awaitEnd(guest.pid(), PATIENCE);
            Path plain = scratch.resolve("plain");
            Path theirs = scratch.resolve("theirs");
            Path again = scratch.resolve("again");
            Tool.run("cp", "--identity", own.file() + "", memory, plain + "").succeeds();
            Tool.run(
                            "cp",
                            "--identity",
                            own.file() + "",
                            "--compress=lz4",
                            "--encrypt",
                            other.recipient(),
                            memory,
                            theirs + "")
                    .succeeds();
            says("no identity that was given", "verify", "--identity", own.file() + "", theirs + "");
            Tool.run("cp", "--identity", other.file() + "", theirs + "", again + "")
                    .succeeds();
            assertThat(again).hasSameBinaryContentAs(plain);
            Tool.run("cp", memory, again + "").succeeds();
            assertThat(again).hasSameBinaryContentAs(inMemory);
            guest.passes(restored("--identity", other.file() + "", "--identity", own.file() + "", memory), AWAY_MILLIS);
        } finally {
            Files.deleteIfExists(inMemory);
        }
    }

    @Test
    void becomesAnExecutable() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            Path image = image(guest, "--kill", "--encrypt", own.recipient());
            Path program = scratch.resolve("program");
            Tasks.awaitEnd(guest.pid(), PATIENCE);
            says("it is encrypted", "export", "--executable", "-o", program + "", image + "");
            assertThat(program).doesNotExist();
            Tool.run("export", "--executable", "--identity", own.file() + "", "-o", program + "", image + "")
                    .succeeds();
            Process process = Births.start(new ProcessBuilder(program + "")
                    .redirectErrorStream(true)
                    .redirectOutput(scratch.resolve("out").toFile()));
            guest.passes((int) process.pid(), AWAY_MILLIS);
        }
    }

    @Test
    void aBrokenOneStartsNothing() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            Path image = image(guest, "--kill", "--encrypt", own.recipient());
            Tasks.awaitEnd(guest.pid(), PATIENCE);
            byte[] good = Files.readAllBytes(image);
            for (int length : new int[] {4, 30, 200, good.length / 2, good.length - 1}) {
                startsNothing(Arrays.copyOf(good, length), "truncated image", guest.pid(), seed);
            }
            // at the end of a chunk, where every byte that is there is right
            startsNothing(Arrays.copyOf(good, chunk(good)), "truncated image", guest.pid(), seed);
            for (int i = 0; i < 10; i++) {
                byte[] flipped = good.clone();
                flipped[19 + random.nextInt(good.length - 19)] ^= (byte) (1 << random.nextInt(8));
                startsNothing(flipped, " image: ", guest.pid(), seed);
            }
            startsNothing(Arrays.copyOf(good, good.length + 1), " image: ", guest.pid(), seed);
            guest.passes(restored("--identity", own.file() + "", image + ""), AWAY_MILLIS);
        }
    }

    // Where the second chunk begins.
    private static int chunk(byte[] sealed) {
        String text = new String(sealed, 0, 1000, java.nio.charset.StandardCharsets.ISO_8859_1);
        return text.indexOf('\n', text.indexOf("\n--- ") + 1) + 1 + 16 + (64 << 10) + 16;
    }

    private void startsNothing(byte[] bytes, String answer, int pid, long seed) throws Exception {
        Path bad = Files.write(scratch.resolve("bad"), bytes);
        Tool.Outcome outcome = Tool.run("restore", "-d", "--identity", own.file() + "", bad + "")
                .endsWith(1);
        assertThat(outcome.err())
                .as("seed %d", seed)
                .startsWith("reprise: ")
                .contains(answer)
                .hasLineCount(1);
        Tasks.awaitEnd(pid, PATIENCE);
        assertThat(Tasks.isAlive(pid)).as("it is left running").isFalse();
    }

    @Test
    void whatIsNotRightIsSaid() throws Exception {
        String pid = ProcessHandle.current().pid() + "";
        String out = scratch.resolve("out") + "";
        Path empty = Files.writeString(scratch.resolve("empty"), "# nothing\n");
        AgeKeyPair other = AgeKeyPair.create(scratch.resolve("other"));
        Path image = scratch.resolve("image");
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            Tool.run("checkpoint", "--encrypt", own.recipient(), "-o", image + "", guest.pid() + "")
                    .succeeds();
            guest.passes(guest.pid(), AWAY_MILLIS);
        }
        says("it is encrypted (at byte 0); --identity FILE", "verify", image + "");
        says("no identity that was given", "show", "--identity", other.file() + "", image + "");
        says("checksum", "checkpoint", "--encrypt", own.recipient() + "q", "-o", out, pid);
        says("this is no recipient", "checkpoint", "--encrypt", own.file() + "", "-o", out, pid);
        says("no such file", "checkpoint", "--encrypt", scratch + "/missing", "-o", out, pid);
        says("there is no recipient in it", "checkpoint", "--encrypt", empty + "", "-o", out, pid);
        says("there is no identity in it", "verify", "--identity", empty + "", image + "");
        says("no such file", "verify", "--identity", scratch + "/missing", image + "");
        says("encrypted itself", "verify", "--identity", image + "", image + "");
        says("no passphrase in its first line", "verify", "--identity", "passphrase:/dev/null", image + "");
        Files.writeString(empty, Files.readString(own.file()).replace("AGE-SECRET-KEY-1", "AGE-SECRET-KEY-1Q"));
        assertThat(says("line 3: this is no identity", "verify", "--identity", empty + "", image + ""))
                .doesNotContain("KEY-1Q");
        Files.writeString(empty, "-----BEGIN OPENSSH PRIVATE KEY-----\n");
        says("key of another kind", "verify", "--identity", empty + "", image + "");
        assertThat(Tool.run("restore", "--identity", empty + "", image + "").status())
                .isEqualTo(125);
        assertThat(Tool.run("checkpoint", "--encrypt=passphrase:" + empty, "--encrypt", own.recipient(), "-o", out, pid)
                        .endsWith(2)
                        .err())
                .contains("a passphrase can only be the only way")
                .hasLineCount(1);
        assertThat(Tool.run("checkpoint", "--executable", "--encrypt", own.recipient(), "-o", out, pid)
                        .endsWith(2)
                        .err())
                .contains("are about images")
                .hasLineCount(1);
        assertThat(Path.of(out)).doesNotExist();
    }

    @Test
    void aSecretThatOthersCanReadIsWarnedOf() throws Exception {
        Path image = scratch.resolve("image");
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            Tool.run("checkpoint", "--encrypt", own.recipient(), "-o", image + "", guest.pid() + "")
                    .succeeds();
            guest.passes(guest.pid(), AWAY_MILLIS);
        }
        assertThat(Tool.run("verify", "--identity", own.file() + "", image + "")
                        .succeeds()
                        .err())
                .isEmpty();
        Files.setPosixFilePermissions(own.file(), PosixFilePermissions.fromString("rw-r-----"));
        assertThat(Tool.run("verify", "--identity", own.file() + "", image + "")
                        .succeeds()
                        .err())
                .startsWith("reprise: warning: " + own.file() + ": others can read this secret (rw-r-----)")
                .hasLineCount(1);
    }

    /** The tool is an executable checkpoint of itself here: whatever it had drawn before that, each of its runs would use. */
    @Test
    void noTwoRunsUseOneKey() throws Exception {
        Set<String> keys = new HashSet<>();
        Set<String> begins = new HashSet<>();
        Path plain = Files.write(scratch.resolve("plain"), new byte[100]);
        Path sealed = scratch.resolve("sealed");
        for (int i = 0; i < RUNS; i++) {
            Tool.run("cp", "--encrypt", own.recipient(), plain + "", sealed + "")
                    .succeeds();
            keys.add(HexFormat.of().formatHex(own.fileKeyOf(sealed)));
            byte[] bytes = Files.readAllBytes(sealed);
            // the nonce of the payload stands before the only chunk
            begins.add(HexFormat.of().formatHex(bytes, bytes.length - 132, bytes.length - 116));
            begins.add(Files.readAllLines(sealed, java.nio.charset.StandardCharsets.ISO_8859_1)
                    .get(1));
        }
        assertThat(keys).hasSize(RUNS);
        assertThat(begins).hasSize(2 * RUNS);
    }

    /** What does not encrypt pays nothing for it. */
    @Test
    void othersLoadNoneOfIt() throws Exception {
        Path image = scratch.resolve("image");
        Path log = scratch.resolve("classes");
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            for (String[] line : new String[][] {
                {"--version"}, {"checkpoint", "-o", image + "", guest.pid() + ""}, {"verify", image + ""}
            }) {
                List<String> command = new ArrayList<>(Tool.command(List.of("-Dreprise.jvm=true"), line));
                command.add(command.indexOf("-m"), "-Xlog:class+load:file=" + log);
                Tool.run(new ProcessBuilder(command)).succeeds();
                assertThat(Files.readString(log))
                        .contains("dev.reprise.cli.Main ")
                        .doesNotContain(" javax.crypto.Cipher ")
                        .doesNotContain(" java.security.Signature ")
                        .doesNotContain(" com.sun.crypto.")
                        .doesNotContain(" sun.security.ec.")
                        .doesNotContain(".filter.Age");
            }
            guest.passes(guest.pid(), AWAY_MILLIS);
        }
    }

    private static String says(String what, String... line) throws Exception {
        return assertOneLine(Tool.run(line).endsWith(1).err(), what);
    }

    private static String assertOneLine(String err, String what) {
        assertThat(err).startsWith("reprise: ").contains(what).hasLineCount(1);
        return err;
    }

    private Tool.Outcome typed(List<String> answers, String... line) throws IOException, InterruptedException {
        return Typed.run(scratch, answers, Tool.command(List.of(), line).toArray(String[]::new));
    }

    private Path image(RunningGuest guest, String... options) throws IOException, InterruptedException {
        Path image = scratch.resolve("image");
        List<String> line = new ArrayList<>(List.of("checkpoint"));
        line.addAll(Arrays.asList(options));
        line.addAll(List.of("-o", image + "", guest.pid() + ""));
        Tool.run(line.toArray(String[]::new)).succeeds();
        return image;
    }

    private int restored(String... options) throws IOException, InterruptedException {
        Path number = scratch.resolve("pid");
        List<String> line = new ArrayList<>(List.of("restore", "-d", "--pidfile", number + ""));
        line.addAll(Arrays.asList(options));
        Tool.run(line.toArray(String[]::new)).succeeds();
        return Integer.parseInt(Files.readString(number).strip());
    }

    private static void shell(String script) throws Exception {
        Tool.run(new ProcessBuilder("bash", "-c", script)).succeeds();
    }
}
