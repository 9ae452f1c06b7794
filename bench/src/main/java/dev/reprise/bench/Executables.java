package dev.reprise.bench;

import dev.reprise.engine.Checkpoint;
import dev.reprise.engine.model.After;
import dev.reprise.engine.model.CheckpointException;
import dev.reprise.engine.model.ExecutableOptions;
import dev.reprise.engine.model.Progress;
import dev.reprise.kernel.KernelException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * From the start of a process to its first answer: executables that copy and that map their memory, beside a plain read
 * of their bytes, and a JVM's HTTP server that has served
 * before, beside its normal start.
 *
 * <p>Programs of a size answer a byte on stdin with one on stdout; what starting any process costs is in it.
 */
final class Executables {
    private static final String SERVER = "jvm-http";
    private static final List<Integer> SIZES = List.of(8, 256, 1024);
    private static final int WARM_UP = 50;
    private static final long PATIENCE_NANOS = 60_000_000_000L;
    static final List<String> WHAT = List.of("cat", "memory-8", "memory-256", "memory-1024", SERVER);
    /** Holds so many MiB, and answers. */
    private static final String ANSWERS = "import os, sys; b = bytearray(os.urandom(1 << 20)) * int(sys.argv[1]);"
            + " open('ready.part', 'w').write(str(os.getpid())); os.rename('ready.part', 'ready');"
            + " [os.write(1, b'.') for _ in iter(lambda: os.read(0, 1), b'')]";

    private final Options options;
    private final Path scratch;
    private final Samples samples = new Samples();

    Executables(Options options, Path scratch) {
        this.options = options;
        this.scratch = scratch;
    }

    Samples measure() throws IOException, InterruptedException, KernelException, CheckpointException {
        for (int i = 0; i < options.rounds(); i++) {
            samples.add("cat normal", answer(List.of("cat")));
        }
        for (int size : SIZES) {
            String name = "memory-" + size;
            Target target = new Target(name, true, false, List.of("python3", "-c", ANSWERS, size + ""));
            Path fifo = scratch.resolve("fifo");
            new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor();
            // We hold its other end: what executes the program later has another stdin.
            try (RandomAccessFile _ = new RandomAccessFile(fifo.toFile(), "rw");
                    LiveTarget program = LiveTarget.start(target, options.guests(), scratch, fifo)) {
                measure(name, program);
            }
            Files.delete(fifo);
        }
        for (int i = 0; i < options.rounds(); i++) {
            normalStart();
        }
        try (LiveTarget server = LiveTarget.start(Target.named(SERVER), options.guests(), scratch)) {
            for (int i = 0; i < WARM_UP; i++) {
                isServing(server.directory().resolve("port"));
            }
            measure(SERVER, server);
        }
        return samples;
    }

    private void measure(String name, LiveTarget program)
            throws IOException, InterruptedException, KernelException, CheckpointException {
        Path copied = make(program, false, After.RUN_ON);
        Path mapped = make(program, true, After.KILL);
        Orphans.awaitEnd(program.pid(), Long.MAX_VALUE / 2);
        samples.add(name + " MiB", Files.size(copied) / 1048576.0);
        for (int i = 0; i < options.rounds(); i++) {
            Path fresh = scratch.resolve("fresh");
            samples.add(name + " read", Yardstick.measure(copied, fresh, false).readMs());
            samples.add(name + " copied", run(name, copied, program.directory()));
            samples.add(name + " mapped", run(name, mapped, program.directory()));
        }
        Files.delete(copied);
        Files.delete(mapped);
    }

    private Path make(LiveTarget program, boolean map, After after) throws CheckpointException {
        Path app = scratch.resolve(map ? "mapped" : "copied");
        Checkpoint.toExecutable(
                program.pid(), app, new ExecutableOptions(map, false, Optional.empty()), after, Progress.NONE);
        return app;
    }

    private static double run(String name, Path app, Path directory) throws IOException, InterruptedException {
        return name.equals(SERVER) ? serve(List.of(app.toString()), directory) : answer(List.of(app.toString()));
    }

    private static double answer(List<String> command) throws IOException, InterruptedException {
        long start = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (OutputStream in = process.getOutputStream();
                InputStream out = process.getInputStream()) {
            in.write('.');
            in.flush();
            if (out.read() < 0) {
                throw new IOException(command + " has not answered");
            }
            return (System.nanoTime() - start) / 1e6;
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private void normalStart() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory(scratch, "server-");
        samples.add(SERVER + " normal", serve(Target.named(SERVER).command(options.guests(), directory), directory));
        Scratch.delete(directory);
    }

    private static double serve(List<String> command, Path directory) throws IOException, InterruptedException {
        long start = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            while (!isServing(directory.resolve("port"))) {
                if (!process.isAlive()) {
                    throw new IOException(command + " has ended with " + process.exitValue());
                }
                if (System.nanoTime() - start > PATIENCE_NANOS) {
                    throw new IOException(command + " does not serve");
                }
                Thread.sleep(0, 200_000); // as exact as the figure is
            }
            return (System.nanoTime() - start) / 1e6;
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private static boolean isServing(Path port) {
        try (Socket socket = new Socket(
                InetAddress.getLoopbackAddress(),
                Integer.parseInt(Files.readString(port).strip()))) {
            socket.getOutputStream().write("GET /count HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            return socket.getInputStream().read() == 'H';
        } catch (IOException notYet) {
            return false;
        }
    }
}
