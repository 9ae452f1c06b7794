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
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signed images, with keys that openssl made: in every place, on every way, and what is not taken. */
class SigningTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long AWAY_MILLIS = 60_000;

    @TempDir
    Path scratch;

    private Path key;
    private Path publicKey;
    private Path otherKey;
    private Path otherPublicKey;

    @BeforeEach
    void needRoot() throws Exception {
        assumeThat(Tasks.isRoot()).as("checkpoints need root").isTrue();
        key = scratch.resolve("key");
        publicKey = keyPair(key);
        otherKey = scratch.resolve("other");
        otherPublicKey = keyPair(otherKey);
    }

    private static Path keyPair(Path key) throws Exception {
        Path half = key.resolveSibling(key.getFileName() + ".pub");
        shell("umask 077; openssl genpkey -algorithm ed25519 -out " + key + " && openssl pkey -in " + key
                + " -pubout -out " + half);
        return half;
    }

    @Test
    void isRestoredByThoseWhoTrustTheKey() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            Path image = image(guest, "--kill");
            Tasks.awaitEnd(guest.pid(), PATIENCE);
            String fingerprint = shell("openssl pkey -pubin -in " + publicKey
                            + " -outform DER | openssl dgst -sha256 -binary | base64")
                    .strip()
                    .replace("=", "");
            assertThat(run("verify", "--verify", publicKey + "", image + "").out())
                    .startsWith("good: ")
                    .contains("signed by SHA256:" + fingerprint);
            assertThat(run("show", "--verify", publicKey + "", image + "").out())
                    .contains("signed by SHA256:" + fingerprint + " (verified)");
            assertThat(run("show", image + "").out())
                    .contains("signed by SHA256:" + fingerprint + " (as it says itself");
            assertThat(run("show", "--json", image + "").out()).contains("SHA256:" + fingerprint);
            Tool.Outcome refused = Tool.run("restore", "-d", "--verify", otherPublicKey + "", image + "");
            assertThat(refused.endsWith(1).err())
                    .contains("untrusted image: it is signed by SHA256:" + fingerprint)
                    .hasLineCount(1);
            assertThat(Tasks.isAlive(guest.pid())).isFalse();
            guest.passes(
                    restored("--verify", otherPublicKey + "", "--verify", publicKey + "", image + ""), AWAY_MILLIS);
        }
    }

    /** Who does not ask for the signature takes the image as any other, and loads it in place. */
    @Test
    void isAnImageLikeAnyOther() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("big.64.small"))) {
            Path image = image(guest, "--kill");
            Tasks.awaitEnd(guest.pid(), PATIENCE);
            guest.passes(restored(image + ""), AWAY_MILLIS);
        }
    }

    @Test
    void goesFromPipeToPipe() throws Exception {
        AgeKeyPair reader = AgeKeyPair.create(scratch.resolve("age"));
        try (RunningGuest guest = RunningGuest.start(Guest.named("big.64.small"))) {
            Path number = scratch.resolve("pid");
            Pipeline.run(
                    guest,
                    Tool.quoted(
                                    "checkpoint",
                                    "--kill",
                                    "--sign",
                                    key + "",
                                    "--compress=lz4",
                                    "--encrypt",
                                    reader.recipient(),
                                    guest.pid() + "")
                            + " | age -d -i " + reader.file() + " | "
                            + Tool.quoted("restore", "-d", "--verify", publicKey + "", "--pidfile", number + ""));
            guest.passes(Integer.parseInt(Files.readString(number).strip()), AWAY_MILLIS);
        }
    }

    @Test
    void theProgramRunsOnWhileItIsWritten() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("rounds_over_pages"))) {
            for (String[] options : new String[][] {{}, {"--stop-and-copy"}, {"--compress=zstd"}}) {
                Path image = image(guest, options);
                run("verify", "--verify", publicKey + "", image + "");
            }
            guest.passes(guest.pid(), AWAY_MILLIS);
        }
    }

    @Test
    void isSignedLaterAndByAnother() throws Exception {
        Path signed = scratch.resolve("signed");
        try (RunningGuest guest = RunningGuest.start(Guest.named("big.64.small"))) {
            Path plain = scratch.resolve("plain");
            run("checkpoint", "--kill", "-o", plain + "", guest.pid() + "");
            Tasks.awaitEnd(guest.pid(), PATIENCE);
            run("cp", "--sign", otherKey + "", "--compress=lz4", plain + "", signed + "");
            Path again = scratch.resolve("again");
            run("cp", "--verify", otherPublicKey + "", "--sign", key + "", signed + "", again + "");
            assertThat(Tool.run("verify", "--verify", otherPublicKey + "", again + "")
                            .endsWith(1)
                            .err())
                    .contains("untrusted image");
            Path bad = scratch.resolve("bad");
            assertThat(Tool.run("cp", "--verify", publicKey + "", "--sign", key + "", signed + "", bad + "")
                            .endsWith(1)
                            .err())
                    .contains("it is signed by")
                    .hasLineCount(1);
            assertThat(bad).doesNotExist();
            guest.passes(restored("--verify", publicKey + "", again + ""), AWAY_MILLIS);
        }
    }

    @Test
    void theSignatureIsCopiedWithIt() throws Exception {
        String memory = "mem:test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
        Path inMemory = MemoryStore.ofUser().path(memory.substring("mem:".length()));
        AgeKeyPair reader = AgeKeyPair.create(scratch.resolve("age"));
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            run("checkpoint", "--kill", "--sign", key + "", "-o", memory, guest.pid() + "");
            Tasks.awaitEnd(guest.pid(), PATIENCE);
            Path packed = scratch.resolve("packed");
            Path again = scratch.resolve("again");
            run(
                    "cp",
                    "--verify",
                    publicKey + "",
                    "--compress=zstd",
                    "--encrypt",
                    reader.recipient(),
                    memory,
                    packed + "");
            run("cp", "--verify", publicKey + "", "--identity", reader.file() + "", packed + "", again + "");
            assertThat(again).hasSameBinaryContentAs(inMemory);
            Files.delete(again);
            assertThat(Tool.run("cp", "--verify", otherPublicKey + "", memory, again + "")
                            .endsWith(1)
                            .err())
                    .contains("untrusted image")
                    .hasLineCount(1);
            assertThat(again).doesNotExist();
            guest.passes(restored("--verify", publicKey + "", memory), AWAY_MILLIS);
        } finally {
            Files.deleteIfExists(inMemory);
        }
    }

    /** What cp passes on to a pipe before it knows is no image without its end. */
    @Test
    void cpLetsNothingThroughThatIsNotSigned() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            Path image = image(guest, "--kill");
            Tasks.awaitEnd(guest.pid(), PATIENCE);
            for (String compress : new String[] {"none", "zstd"}) {
                Tool.Outcome outcome = Tool.run(new ProcessBuilder(
                        "bash",
                        "-c",
                        Tool.quoted("cp", "--compress", compress, "--verify", otherPublicKey + "", image + "", "-")
                                + " | " + Tool.quoted("restore", "-d")));
                assertThat(outcome.endsWith(1).err())
                        .contains("untrusted image")
                        .contains("truncated image")
                        .hasLineCount(2);
                Tasks.awaitEnd(guest.pid(), PATIENCE); // what began to be restored is our child now
                assertThat(Tasks.isAlive(guest.pid())).isFalse();
            }
        }
    }

    @Test
    void becomesAnExecutable() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            Path image = image(guest, "--kill");
            Path program = scratch.resolve("program");
            Tasks.awaitEnd(guest.pid(), PATIENCE);
            assertThat(Tool.run(
                                    "export",
                                    "--executable",
                                    "--verify",
                                    otherPublicKey + "",
                                    "-o",
                                    program + "",
                                    image + "")
                            .endsWith(1)
                            .err())
                    .contains("untrusted image")
                    .hasLineCount(1);
            assertThat(program).doesNotExist();
            run("export", "--executable", "--verify", publicKey + "", "-o", program + "", image + "");
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
            Path image = image(guest, "--kill");
            Path bad = scratch.resolve("bad");
            Tasks.awaitEnd(guest.pid(), PATIENCE);
            byte[] good = Files.readAllBytes(image);
            for (int i = 0; i < 10; i++) {
                byte[] flipped = good.clone();
                flipped[random.nextInt(good.length)] ^= (byte) (1 << random.nextInt(8));
                Files.write(bad, flipped);
                Tool.Outcome outcome = Tool.run("restore", "-d", "--verify", publicKey + "", bad + "");
                assertThat(outcome.endsWith(1).err())
                        .as("seed %d", seed)
                        .contains(" image: ")
                        .hasLineCount(1);
                Tasks.awaitEnd(guest.pid(), PATIENCE); // what began to be restored is our child now
                assertThat(Tasks.isAlive(guest.pid())).isFalse();
            }
            Files.write(bad, Arrays.copyOf(good, good.length - 1));
            says("truncated image", "restore", "-d", "--verify", publicKey + "", bad + "");
            Tasks.awaitEnd(guest.pid(), PATIENCE);
            guest.passes(restored("--verify", publicKey + "", image + ""), AWAY_MILLIS);
        }
    }

    @Test
    void whatIsNotRightIsSaid() throws Exception {
        String pid = ProcessHandle.current().pid() + "";
        String out = scratch.resolve("out") + "";
        Path image = scratch.resolve("image");
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            run("checkpoint", "-o", image + "", guest.pid() + "");
            guest.passes(guest.pid(), AWAY_MILLIS);
        }
        Path rsa = scratch.resolve("rsa");
        Path closed = scratch.resolve("closed");
        shell("umask 077; openssl genpkey -algorithm rsa -out " + rsa + " 2>&1; openssl pkey -in " + key
                + " -aes256 -passout pass:x -out " + closed);
        says("untrusted image: it is not signed", "verify", "--verify", publicKey + "", image + "");
        says("it is a private key", "verify", "--verify", key + "", image + "");
        says("it is a public key", "checkpoint", "--sign", publicKey + "", "-o", out, pid);
        says("of another kind than Ed25519", "checkpoint", "--sign", rsa + "", "-o", out, pid);
        says("protected by a passphrase", "checkpoint", "--sign", closed + "", "-o", out, pid);
        says("there is no key in it", "checkpoint", "--sign", image + "", "-o", out, pid);
        says("no such file", "checkpoint", "--sign", scratch + "/missing", "-o", out, pid);
        assertThat(Tool.run("checkpoint", "--executable", "--sign", key + "", "-o", out, pid)
                        .endsWith(2)
                        .err())
                .contains("--sign is about images")
                .hasLineCount(1);
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            assertThat(run("checkpoint", "--sign", key + "", "-o", out, guest.pid() + "")
                            .err())
                    .contains("others can read this secret")
                    .hasLineCount(1);
            guest.passes(guest.pid(), AWAY_MILLIS);
        }
    }

    private static void says(String what, String... line) throws Exception {
        assertThat(Tool.run(line).endsWith(1).err())
                .startsWith("reprise: ")
                .contains(what)
                .hasLineCount(1);
    }

    private Path image(RunningGuest guest, String... options) throws IOException, InterruptedException {
        Path image = scratch.resolve("image");
        List<String> line = new ArrayList<>(List.of("checkpoint", "--sign", key + ""));
        line.addAll(Arrays.asList(options));
        line.addAll(List.of("-o", image + "", guest.pid() + ""));
        run(line.toArray(String[]::new));
        return image;
    }

    private int restored(String... options) throws IOException, InterruptedException {
        Path number = scratch.resolve("pid");
        List<String> line = new ArrayList<>(List.of("restore", "-d", "--pidfile", number + ""));
        line.addAll(Arrays.asList(options));
        run(line.toArray(String[]::new));
        return Integer.parseInt(Files.readString(number).strip());
    }

    private static Tool.Outcome run(String... line) throws IOException, InterruptedException {
        return Tool.run(line).succeeds();
    }

    private static String shell(String script) throws Exception {
        return Tool.run(new ProcessBuilder("bash", "-c", script)).succeeds().out();
    }
}
