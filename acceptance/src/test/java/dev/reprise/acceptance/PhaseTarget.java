package dev.reprise.acceptance;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** A program that does at once what it is told (resources/phases/target.py), and checks itself. */
final class PhaseTarget implements AutoCloseable {
    private static final int NUMBERS = 7;
    private static final int QUEUED_SIGNAL = 34 + 3; // SIGRTMIN + 3, as glibc counts
    private static final long MOMENT_NANOS = 50_000_000;

    private final Path directory;
    private final RealProgram program;
    private long commands;
    private long signals;

    private PhaseTarget(Path directory, RealProgram program) {
        this.directory = directory;
        this.program = program;
    }

    /** What it says of itself. */
    record Status(long rounds, long done, long execs, long threads, long children, long queued, long wrong) {}

    static PhaseTarget start(Path directory) throws IOException, InterruptedException {
        Path script = Checkout.ROOT.resolve("acceptance/src/test/resources/phases/target.py");
        PhaseTarget target =
                new PhaseTarget(directory, RealProgram.start(directory, "/usr/bin/python3 " + script + " 0 0"));
        try {
            target.awaitRounds();
        } catch (Throwable failed) {
            target.close();
            throw failed;
        }
        return target;
    }

    int pid() {
        return program.pid();
    }

    /** Tells it what to do. */
    void follow(String word) throws IOException {
        commands++;
        Files.writeString(directory.resolve("command"), commands + " " + word);
    }

    /** Queues a real-time signal for it. */
    void signal() {
        signals++;
        Tasks.kill(pid(), QUEUED_SIGNAL);
    }

    /** As many have come as it knows of. */
    void forgetSignals() throws IOException, InterruptedException {
        awaitRounds();
        signals = status().queued;
    }

    Status status() throws IOException {
        ByteBuffer data =
                ByteBuffer.wrap(Files.readAllBytes(directory.resolve("status"))).order(ByteOrder.LITTLE_ENDIAN);
        return new Status(
                data.getLong(),
                data.getLong(),
                data.getLong(),
                data.getLong(),
                data.getLong(),
                data.getLong(),
                data.getLong());
    }

    private boolean hasFollowed() throws IOException {
        Status now = status();
        return now.done == commands && now.queued >= signals;
    }

    /** Waits until it has done what it was told, and had its signals. */
    void awaitFollowed() throws IOException, InterruptedException {
        RealProgram.await("what it was told last, " + commands, this::hasFollowed);
    }

    /** The same, unless it is stopped before. */
    void awaitFollowedOrFrozen() throws IOException {
        long deadline = System.nanoTime() + MOMENT_NANOS;
        while (!hasFollowed() && Tasks.state(pid()) != 't' && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
    }

    /** Waits until it has gone round some more. */
    void awaitRounds() throws IOException, InterruptedException {
        Path file = directory.resolve("status");
        RealProgram.await("its status", () -> Files.exists(file) && Files.size(file) == NUMBERS * Long.BYTES);
        long execs = status().execs;
        long rounds = status().rounds;
        RealProgram.await("more of its rounds", () -> status().execs > execs || status().rounds > rounds + 2);
    }

    @Override
    public void close() {
        program.close();
    }
}
