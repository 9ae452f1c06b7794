package dev.reprise.acceptance;

import dev.reprise.engine.SavedImage;
import dev.reprise.engine.model.After;
import dev.reprise.engine.model.Opening;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.engine.model.RestoreOptions;
import dev.reprise.image.state.ProcessState;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** A program from a Debian package that a test has started, with all its processes. */
final class RealProgram implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long PATIENCE_NANOS = PATIENCE.toNanos();

    private final Path directory;
    private final int pid;

    private RealProgram(Path directory, int pid) {
        this.directory = directory;
        this.pid = pid;
    }

    /** Starts what a line of shell says, in a session of its own, an orphan; nothing of it leads to this JVM. */
    static RealProgram start(Path directory, String line) throws IOException, InterruptedException {
        Tasks.adoptOrphans();
        String script = "echo $$ >pid.part && mv pid.part pid && exec " + line;
        Births.start(new ProcessBuilder("setsid", "--fork", "bash", "-c", script)
                        .directory(directory.toFile())
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectOutput(directory.resolve("out").toFile())
                        .redirectError(directory.resolve("err").toFile()))
                .waitFor();
        await("the program's id", () -> Files.exists(directory.resolve("pid")));
        return new RealProgram(
                directory,
                Integer.parseInt(Files.readString(directory.resolve("pid")).strip()));
    }

    /** The one whose id stands in a file that it writes itself. */
    static RealProgram of(Path directory, Path pidFile) throws IOException, InterruptedException {
        Tasks.adoptOrphans();
        await("the program's id", () -> Files.exists(pidFile) && Files.size(pidFile) > 0);
        return new RealProgram(
                directory,
                Integer.parseInt(Files.readAllLines(pidFile).getFirst().strip()));
    }

    int pid() {
        return pid;
    }

    /** Checkpoints it while it runs on. */
    void checkpoint() {
        Library.checkpoint(pid, directory.resolve("image"), After.RUN_ON);
    }

    /** Kills it by a checkpoint, and restores it. */
    void killAndRestore() throws IOException, InterruptedException {
        List<Integer> family = Tasks.family(pid);
        Set<Integer> sessions = Tasks.sessions(family);
        Path image = directory.resolve("image");
        Library.checkpoint(pid, image, After.KILL);
        Tasks.awaitEnd(family, PATIENCE);
        Tasks.awaitEnd(bornMeanwhile(image, family), PATIENCE);
        Tasks.reap(sessions);
        Library.restore(image, RestoreOptions.DEFAULT.asDetached());
    }

    // Those that came between our look and the freeze, and are ours to reap, too.
    private static List<Integer> bornMeanwhile(Path image, List<Integer> known) throws IOException {
        try (FileChannel file = FileChannel.open(image)) {
            return SavedImage.read(file, Opening.NONE).content().processes().stream()
                    .map(ProcessState::pid)
                    .filter(one -> !known.contains(one))
                    .toList();
        } catch (RestoreException bad) {
            throw new AssertionError(bad);
        }
    }

    /** What a line of shell prints, which must succeed. */
    String ask(String line) throws IOException, InterruptedException {
        return Tool.run(new ProcessBuilder("bash", "-c", line).directory(directory.toFile()))
                .succeeds()
                .out()
                .strip();
    }

    /** Waits until a line of shell succeeds. */
    void awaitSuccess(String line) throws IOException, InterruptedException {
        await(
                line,
                () -> Tool.run(new ProcessBuilder("bash", "-c", line).directory(directory.toFile()))
                                .status()
                        == 0);
    }

    /** What it has said so far. */
    String out() throws IOException {
        return Files.readString(directory.resolve("out"), StandardCharsets.ISO_8859_1);
    }

    /** Waits until it has ended by itself. */
    int awaitEnd() throws InterruptedException {
        return Tasks.awaitEnd(pid, PATIENCE);
    }

    /** Something that comes about. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    static void await(String what, Condition condition) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not after " + PATIENCE.toSeconds() + " s: " + what);
            }
            Thread.sleep(10);
        }
    }

    /** What a program writes into a file, by rename; what it has said (the file out) if it does not. */
    static String awaitText(Path directory, String name) throws IOException, InterruptedException {
        Path file = directory.resolve(name);
        try {
            await(name, () -> Files.exists(file));
        } catch (AssertionError missing) {
            throw new AssertionError(missing.getMessage() + ": " + Files.readString(directory.resolve("out")), missing);
        }
        return Files.readString(file);
    }

    @Override
    public void close() {
        List<Integer> family = Tasks.family(pid);
        family.forEach(one -> Tasks.kill(one, Tasks.SIGKILL));
        try {
            Tasks.awaitEnd(family, PATIENCE);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
