package dev.reprise.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** A program that runs, through all its checkpoints and restores: its pid stays the same. */
final class LiveTarget implements AutoCloseable {
    private static final long PATIENCE_NANOS = 120_000_000_000L;

    private final Target target;
    private final Path directory;
    private final int pid;

    private LiveTarget(Target target, Path directory, int pid) {
        this.target = target;
        this.directory = directory;
        this.pid = pid;
    }

    /** Starts a program in a new directory of its own and waits until it is what is to be measured. */
    static LiveTarget start(Target target, Path guests, Path scratch) throws IOException, InterruptedException {
        return start(target, guests, scratch, "exec \"$@\"");
    }

    /** The same, with a FIFO as its stdin, to which nobody but the caller writes. */
    static LiveTarget start(Target target, Path guests, Path scratch, Path fifo)
            throws IOException, InterruptedException {
        return start(target, guests, scratch, "exec \"$@\" <" + fifo);
    }

    private static LiveTarget start(Target target, Path guests, Path scratch, String execution)
            throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory(scratch, "program-");
        // A session of its own, an orphan, and no descriptor of ours: nothing of it leads to this JVM.
        List<String> command = new ArrayList<>(
                List.of("setsid", "--fork", "sh", "-c", "echo $$ >pid.part; mv pid.part pid; " + execution, "sh"));
        command.addAll(target.command(guests, directory));
        new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile())
                .start()
                .waitFor();
        Path sign = directory.resolve(target.isGuest() ? "ready" : "pid");
        await(sign, directory);
        // What follows readiness, such as the first sleep of a thread, is over by then.
        Thread.sleep(50);
        return new LiveTarget(
                target, directory, Integer.parseInt(Files.readString(sign).strip()));
    }

    private static void await(Path sign, Path directory) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!Files.exists(sign)) {
            if (System.nanoTime() > deadline || Files.exists(directory.resolve("result"))) {
                throw new IOException("no " + sign + ": " + Files.readString(directory.resolve("err")));
            }
            Thread.sleep(2);
        }
    }

    Path directory() {
        return directory;
    }

    int pid() {
        return pid;
    }

    /** What it says about its own gaps; only for one that has vitals. */
    Vitals vitals() {
        return new Vitals(directory.resolve("vitals"));
    }

    /** It must be running still; a guest proves that nothing is lost, and ends. */
    void verify() throws IOException, InterruptedException {
        if (!target.isGuest()) {
            if (!Orphans.isAlive(pid)) {
                throw new IOException(target.name() + " does not run any more");
            }
            return;
        }
        Path go = Files.createFile(directory.resolve("go.part"));
        Files.move(go, directory.resolve("go"), StandardCopyOption.ATOMIC_MOVE);
        Orphans.awaitEnd(pid, PATIENCE_NANOS);
        Path result = directory.resolve("result");
        String text = Files.exists(result) ? Files.readString(result).strip() : "no result";
        if (!text.equals("PASS")) {
            throw new IOException(target.name() + ": " + text + " " + Files.readString(directory.resolve("err")));
        }
    }

    @Override
    public void close() throws IOException {
        try {
            if (Orphans.isOurChild(pid)) {
                List<Integer> family = Orphans.family(pid);
                family.forEach(Orphans::kill);
                Orphans.awaitEnd(family, PATIENCE_NANOS);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        Scratch.delete(directory);
    }
}
