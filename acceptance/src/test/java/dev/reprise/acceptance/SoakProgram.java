package dev.reprise.acceptance;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A program under load that checks itself until it is told to say PASS. */
final class SoakProgram implements AutoCloseable {
    private static final List<String> GUESTS = List.of("thread_storm", "posix_timers", "python_threads", "HttpCounter");

    private final String name;
    private final int pid;
    private final boolean mayBeTwice;
    private final Closeable program;
    private final Verdict verdict;
    private final long start = System.nanoTime();

    private interface Verdict {
        void passes(long awayMillis) throws IOException, InterruptedException;
    }

    private SoakProgram(String name, int pid, boolean mayBeTwice, Closeable program, Verdict verdict) {
        this.name = name;
        this.pid = pid;
        this.mayBeTwice = mayBeTwice;
        this.program = program;
        this.verdict = verdict;
    }

    /** Starts all of the mix, {@code selfChecker} among them, and adds each to a list as soon as it lives. */
    static void startAll(String selfChecker, Path scratch, List<SoakProgram> mix)
            throws IOException, InterruptedException {
        mix.add(guest(Guest.named(selfChecker)));
        for (String guest : GUESTS) {
            mix.add(guest(Guest.named(guest)));
        }
        for (String script : List.of("redis", "pipeline")) {
            mix.add(script(Files.createDirectory(scratch.resolve(script)), script));
        }
    }

    private static SoakProgram guest(Guest guest) throws IOException, InterruptedException {
        RunningGuest running = RunningGuest.start(guest);
        boolean mayBeTwice = !guest.optOuts().containsKey("beside");
        return new SoakProgram(
                guest.name(),
                running.pid(),
                mayBeTwice,
                running::close,
                away -> running.passes(running.pid(), away + running.readyMillis()));
    }

    private static SoakProgram script(Path directory, String name) throws IOException, InterruptedException {
        Path script = Checkout.ROOT.resolve("acceptance/src/test/resources/soak/" + name + ".py");
        RealProgram program = RealProgram.start(directory, "python3 " + script);
        try {
            RealProgram.await(name, () -> Files.exists(directory.resolve("ready")));
        } catch (Throwable failed) {
            program.close();
            throw failed;
        }
        // A server's name is there once.
        return new SoakProgram(name, program.pid(), !name.equals("redis"), program::close, _ -> {
            Files.createFile(directory.resolve("go"));
            if (!RealProgram.awaitText(directory, "result").equals("PASS\n")) {
                throw new AssertionError(name + ": " + Files.readString(directory.resolve("result")));
            }
            program.awaitEnd();
        });
    }

    int pid() {
        return pid;
    }

    /** Whether another one can be beside it. */
    boolean mayBeTwice() {
        return mayBeTwice;
    }

    /** It must find that all is well. */
    void passes() throws IOException, InterruptedException {
        verdict.passes((System.nanoTime() - start) / 1_000_000 + 1);
    }

    @Override
    public void close() throws IOException {
        program.close();
    }

    @Override
    public String toString() {
        return name;
    }
}
