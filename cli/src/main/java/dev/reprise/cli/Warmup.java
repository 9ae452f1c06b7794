package dev.reprise.cli;

import dev.reprise.engine.Checkpoint;
import dev.reprise.engine.Restore;
import dev.reprise.engine.SelfImage;
import dev.reprise.engine.model.CheckpointException;
import dev.reprise.engine.model.CheckpointOptions;
import dev.reprise.engine.model.Progress;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.engine.model.RestoreOptions;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.function.ToIntFunction;

/**
 * Dry runs of the real paths, so that classes are loaded and compiled before the tool is frozen: the programs that are
 * checkpointed here run on, and are restored beside themselves.
 */
final class Warmup {
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final int FILTER_ROUNDS = 16;

    /** A recipient whose key nobody has kept. */
    private static final String NOBODY = "age1jm8el99c6g2drsrpfdeawz95hver2krjcwgt7rj8f0zfygkaeyeshu079v";

    private final Set<Integer> started;
    private final List<Integer> pids;
    private final Path directory;
    private final ToIntFunction<SelfImage.Call> answer;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    /**
     * {@code pids} are the programs, {@code directory} is ours alone and takes the images, {@code answer} is what the
     * frozen tool will do with a command line.
     */
    Warmup(List<Integer> pids, Path directory, ToIntFunction<SelfImage.Call> answer) {
        this.started = Set.copyOf(pids);
        this.pids = new ArrayList<>(pids);
        this.directory = directory;
        this.answer = answer;
    }

    /** Runs once what is asked for seldom, so that it is loaded at least, and the filters, so that they are compiled. What the commands say is dropped. */
    void load() throws IOException {
        aside(() -> {
            seldom(pids.getFirst());
            filters(pids.getFirst());
        });
    }

    /**
     * Runs for so many seconds, once at least; on a machine that has others to serve, until they were as many of a processor, or twice as many
     * have passed. What the commands say is dropped.
     */
    void run(int seconds) throws IOException {
        aside(() -> rounds(seconds * NANOS_PER_SECOND));
    }

    /** Ends those that could only come back under other ids, of which who has started the programs knows nothing. */
    void endCopies() {
        for (int pid : pids) {
            if (!started.contains(pid)) {
                end(pid);
            }
        }
    }

    private interface DryRuns {
        void run() throws IOException;
    }

    private void aside(DryRuns runs) throws IOException {
        PrintStream out = System.out;
        PrintStream err = System.err;
        try (PrintStream aside = new PrintStream(said, true, StandardCharsets.UTF_8)) {
            System.setOut(aside);
            System.setErr(aside);
            runs.run();
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    private void rounds(long nanos) throws IOException {
        long start = System.nanoTime();
        long processor = processorNanos();
        do {
            for (int pid : pids) {
                commands(pid);
                library(pid);
            }
        } while (System.nanoTime() - start < nanos
                || System.nanoTime() - start < 2 * nanos && processorNanos() - processor < nanos);
        // Not in each round: an init that is slow to reap keeps an id for seconds.
        for (int i = 0; i < pids.size(); i++) {
            pids.set(i, awayAndBack(pids.get(i)));
        }
    }

    private static long processorNanos() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .map(Duration::toNanos)
                .orElse(0L);
    }

    private void commands(int pid) throws IOException {
        Path image = directory.resolve("image");
        Path stats = directory.resolve("stats");
        command("--version");
        command("explain", pid + "");
        command("checkpoint", "--stats=" + stats, "--sync=no", "-o", image + "", pid + "");
        command("show", image + "");
        end(copy(image));
    }

    private void seldom(int pid) throws IOException {
        Path image = directory.resolve("image");
        String memory = "mem:warm-up-" + ProcessHandle.current().pid();
        String store = "store:" + directory.resolve("store") + "::one";
        command("checkpoint", "--sync=no", "--compress=lz4", "--stop-and-copy", "-o", image + "", pid + "");
        command("verify", image + "");
        command("cp", image + "", directory.resolve("copy") + "");
        command("checkpoint", "--sync=no", "--executable", "-o", directory.resolve("executable") + "", pid + "");
        command("checkpoint", "--sync=no", "-o", store, pid + "");
        command("checkpoint", "-o", memory, pid + "");
        command("list");
        end(copy(Path.of(memory)));
        if (isDone("checkpoint", "--twin", "-o", memory, pid + "")) { // not of everybody: somebody may see it
            end(copy(Path.of(memory)));
        }
        command("rm", memory);
    }

    // So often that the compiler that looks at them for long (tools/self.directives) has done so.
    private void filters(int pid) throws IOException {
        Path image = directory.resolve("image");
        Path key = directory.resolve("key");
        Files.writeString(key, newKey());
        command("checkpoint", "--sync=no", "-o", image + "", pid + "");
        Path copy = directory.resolve("copy");
        for (int i = 0; i < FILTER_ROUNDS; i++) {
            command("cp", "--encrypt=" + NOBODY, "--sign=" + key, image + "", copy + "");
            for (String packing : List.of("--compress=lz4", "--compress=zstd")) {
                command("cp", packing, image + "", copy + "");
                command("verify", copy + "");
            }
        }
    }

    private static String newKey() {
        try {
            byte[] key = KeyPairGenerator.getInstance("Ed25519")
                    .generateKeyPair()
                    .getPrivate()
                    .getEncoded();
            return "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(key)
                    + "\n-----END PRIVATE KEY-----\n";
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }

    // As it is mostly done; under other ids should somebody have taken its own meanwhile.
    private int awayAndBack(int pid) throws IOException {
        Path image = directory.resolve("image");
        command("checkpoint", pid + "", "-o", image + "", "--kill");
        return isDone("restore", image + "", "-d") ? pid : copy(image);
    }

    private int copy(Path image) throws IOException {
        Path number = directory.resolve("pid");
        command("restore", "-d", "--pid-namespace", "--pidfile", number + "", image + "");
        return Integer.parseInt(Files.readString(number).strip());
    }

    private void command(String... arguments) throws IOException {
        if (!isDone(arguments)) {
            throw new IOException(String.join(" ", arguments) + ": " + said.toString(StandardCharsets.UTF_8));
        }
    }

    private boolean isDone(String... arguments) {
        said.reset();
        return answer.applyAsInt(SelfImage.rehearse(arguments)) == ExitStatus.DONE;
    }

    private void library(int pid) throws IOException {
        Path stream = directory.resolve("stream");
        try (WritableByteChannel out = Channels.newChannel(Files.newOutputStream(stream));
                ReadableByteChannel in = Channels.newChannel(Files.newInputStream(stream))) {
            Checkpoint.toChannel(pid, out, CheckpointOptions.DEFAULT, Progress.NONE);
            RestoreOptions options = RestoreOptions.DEFAULT.asDetached().inPidNamespace();
            end(Restore.fromChannel(in, options, Progress.NONE).pid());
        } catch (CheckpointException failed) {
            throw new IOException(failed.getMessage() + " " + failed.reason(), failed);
        } catch (RestoreException failed) {
            throw new IOException(failed.getMessage(), failed);
        }
    }

    // It has what the program has open or mapped, a FIFO say, and each of its threads for as long as that lives, which
    // would be shared with somebody outside at the next checkpoint.
    private static void end(int pid) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        while (count("/proc/" + pid + "/fd") > 0 || count("/proc/" + pid + "/task") > 1) {
            Thread.onSpinWait();
        }
    }

    private static int count(String directory) {
        String[] entries = new File(directory).list();
        return entries == null ? 0 : entries.length;
    }
}
