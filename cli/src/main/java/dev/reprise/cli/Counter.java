package dev.reprise.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The program of the demo: bash, counting into a file. Closing ends it and removes its directory. */
final class Counter implements AutoCloseable {
    // No `sleep`: a child would be in the way. Nobody writes to the fifo, so read waits for its time.
    private static final String COUNT = """
            exec 3<>"$1/fifo"
            echo $$ >"$1/pid.part"
            mv "$1/pid.part" "$1/pid"
            for ((i = 1; ; i++)); do
                echo "$i"
                read -r -t 0.2 -u 3 _
            done
            """;
    // Between us and bash, so that somebody reaps it at once when it is killed; bash leads a session of its own.
    private static final String KEEPER = "mkfifo \"$1/fifo\" && setsid bash -c \"$2\" count \"$1\"; exit 0";
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final Path directory;
    private final Process keeper;
    private final GivingUp givingUp;
    private int pid;
    private int shown;

    private Counter(Path directory, Process keeper, GivingUp givingUp) {
        this.directory = directory;
        this.keeper = keeper;
        this.givingUp = givingUp;
    }

    /** Starts it and waits until it counts. */
    static Counter start(GivingUp givingUp) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("reprise-demo-");
        Process keeper = new ProcessBuilder("sh", "-c", KEEPER, "sh", directory.toString(), COUNT)
                .directory(directory.toFile())
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("count").toFile()))
                .redirectError(new File("/dev/null"))
                .start();
        Counter counter = new Counter(directory, keeper, givingUp);
        counter.await(() -> Files.exists(directory.resolve("pid")));
        counter.pid =
                Integer.parseInt(Files.readString(directory.resolve("pid")).strip());
        return counter;
    }

    int pid() {
        return pid;
    }

    Path file(String name) {
        return directory.resolve(name);
    }

    /** Shows its next numbers as they come. */
    void showNext(int numbers) throws IOException, InterruptedException {
        System.out.print(" ");
        for (int i = 0; i < numbers; i++) {
            await(() -> lines().size() > shown);
            System.out.print(" " + lines().get(shown++));
            System.out.flush();
        }
        System.out.println();
    }

    // Only whole lines: the last may be half written.
    private List<String> lines() throws IOException {
        String text = Files.readString(directory.resolve("count"));
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }

    /** What it has counted by now is not shown any more. */
    void catchUp() throws IOException {
        shown = lines().size();
    }

    void kill() throws InterruptedException {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        keeper.waitFor();
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private void await(Condition condition) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.holds()) {
            if (givingUp.isAsked()) {
                throw new IOException("interrupted");
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("bash does not count in " + directory);
            }
            Thread.sleep(10);
        }
    }

    @Override
    public void close() throws IOException {
        keeper.descendants().forEach(ProcessHandle::destroyForcibly);
        ProcessHandle.of(pid).filter(handle -> pid > 0).ifPresent(ProcessHandle::destroyForcibly);
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
