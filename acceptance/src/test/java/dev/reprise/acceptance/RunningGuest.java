package dev.reprise.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/** A guest that lives (guests/README.md, "Life of a guest"), whichever processes that takes. */
final class RunningGuest implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Guest guest;
    private final Path scratch;
    private final List<String> user;
    private final @Nullable PseudoTerminal terminal;
    private final Set<Integer> pids = new LinkedHashSet<>();
    private final int pid;
    private final long start = System.nanoTime();
    private final long readyMillis;
    private boolean executable;

    private RunningGuest(Guest guest, Path scratch, List<String> user) throws IOException, InterruptedException {
        this.guest = guest;
        this.scratch = scratch;
        this.user = user;
        terminal = guest.needs().contains("terminal") ? PseudoTerminal.open() : null;
        start();
        try {
            pid = awaitReady();
        } catch (Throwable failed) {
            Tasks.endAllThatName(scratch);
            delete(scratch);
            throw failed;
        }
        pids.add(pid);
        readyMillis = (System.nanoTime() - start) / 1_000_000;
    }

    /** Starts a guest and waits until it is ready; skips the test when the guest says so. */
    static RunningGuest start(Guest guest) throws IOException, InterruptedException {
        Tasks.adoptOrphans();
        return new RunningGuest(guest, Files.createTempDirectory("reprise-guest-"), List.of());
    }

    /** The same as another user: {@code command} makes whatever stands behind it one, in a scratch directory of its own. */
    static RunningGuest startAs(List<String> command, Guest guest) throws IOException, InterruptedException {
        Tasks.adoptOrphans();
        Path scratch = Files.createTempDirectory("reprise-guest-");
        Files.setPosixFilePermissions(scratch, PosixFilePermissions.fromString("rwxrwxrwx"));
        for (String stream : List.of("out", "err")) {
            Path file = Files.createFile(scratch.resolve(stream));
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        }
        return new RunningGuest(guest, scratch, command);
    }

    // A session of its own, an orphan, and no descriptor of ours: nothing of it leads to this JVM.
    private void start() throws IOException, InterruptedException {
        List<String> session = new ArrayList<>(user);
        session.addAll(List.of("setsid", "--fork"));
        List<String> command = new ArrayList<>(session);
        command.addAll(guest.command(scratch));
        Births.start(new ProcessBuilder(terminal == null ? command : terminal.command(session, guest.command(scratch)))
                        .directory(scratch.toFile())
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectOutput(scratch.resolve("out").toFile())
                        .redirectError(scratch.resolve("err").toFile()))
                .waitFor();
    }

    private int awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Path ready = scratch.resolve("ready");
        while (!Files.exists(ready) || Files.size(ready) == 0) {
            if (Files.exists(scratch.resolve("result"))) {
                String result = result();
                if (result.startsWith("SKIP")) {
                    throw new TestAbortedException(result);
                }
                throw new AssertionError(guest + " could not set up: " + result);
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError(guest + " is not ready after " + PATIENCE.toSeconds() + " s: " + output());
            }
            Thread.sleep(2);
        }
        int process = Integer.parseInt(Files.readString(ready).strip());
        // The line on stdout comes right after the file: until then its offset would seem to change by itself.
        boolean isFile = terminal == null && !guest.needs().contains("ready-file");
        while (isFile && !hasSaidReady(process)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(guest + " has not said ready on stdout");
            }
            Thread.sleep(1);
        }
        return process;
    }

    // write(2) makes the file longer before it moves the offset.
    private boolean hasSaidReady(int process) throws IOException {
        long said = Files.size(scratch.resolve("out"));
        String info = Files.readString(Path.of("/proc/" + process + "/fdinfo/1"), StandardCharsets.ISO_8859_1);
        return said > 0 && !info.startsWith("pos:\t0\n");
    }

    int pid() {
        return pid;
    }

    /** How long it took to get ready: as long as any of its calls can have waited by then. */
    long readyMillis() {
        return readyMillis;
    }

    Path scratch() {
        return scratch;
    }

    Guest guest() {
        return guest;
    }

    /** Another process that is this guest now, e.g. restored in a pid namespace. */
    void alsoIs(int other) {
        pids.add(other);
    }

    void sabotage() throws IOException {
        Files.createFile(scratch.resolve("sabotage"));
    }

    /** Tells the guest, now process {@code now}, to verify; it must end with PASS and status 0. */
    void passes(int now, long awayMillis) throws IOException, InterruptedException {
        go(now, awayMillis);
        int status = end(now);
        if (!result().equals("PASS") || status != 0 && status != Tasks.UNKNOWN) {
            throw new AssertionError(guest + " ended with status " + status + ": " + result() + "\n" + output());
        }
    }

    /** Tells the guest, now the executable's process {@code now}, the same. */
    void passesExecuted(int now, long awayMillis) throws IOException, InterruptedException {
        executable = true;
        passes(now, awayMillis);
    }

    /** Executes a file like a guest, with the guest's own streams; its pid. */
    int execute(Path file) throws IOException, InterruptedException {
        return execute(file, "exec \"$0\"");
    }

    /** The same by a line of shell, to which the file is {@code $0}. */
    int execute(Path file, String line) throws IOException, InterruptedException {
        Files.deleteIfExists(scratch.resolve("pid"));
        String script = "echo $$ >pid.part && mv pid.part pid && " + line;
        Births.start(new ProcessBuilder("setsid", "--fork", "bash", "-c", script, file.toString())
                        .directory(scratch.toFile())
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(
                                scratch.resolve("out").toFile()))
                        .redirectError(ProcessBuilder.Redirect.appendTo(
                                scratch.resolve("err").toFile())))
                .waitFor();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!Files.exists(scratch.resolve("pid"))) {
            requireBefore(deadline, "executed");
        }
        int now = Integer.parseInt(Files.readString(scratch.resolve("pid")).strip());
        pids.add(now);
        // A stopped guest stops itself again: until then a SIGCONT would come too early.
        while (guest.needs().contains("cont") && Tasks.isAlive(now) && Tasks.state(now) != 'T') {
            requireBefore(deadline, "stopped");
        }
        return now;
    }

    /** Takes back what it was told, for another one that begins where this began. */
    void forget() throws IOException {
        Files.delete(scratch.resolve("go"));
        Files.delete(scratch.resolve("result"));
    }

    private void requireBefore(long deadline, String what) throws InterruptedException {
        if (System.nanoTime() > deadline) {
            throw new AssertionError(guest + " is not " + what + ": " + output());
        }
        Thread.sleep(2);
    }

    /** Tells the guest to verify; it must end with FAIL and status 1. */
    void fails(int now) throws IOException, InterruptedException {
        go(now, 0);
        int status = end(now);
        if (!result().startsWith("FAIL") || status != 1) {
            throw new AssertionError(guest + " ended with status " + status + ": " + result() + "\n" + output());
        }
    }

    private void go(int now, long awayMillis) throws IOException {
        if (guest.needs().contains("cont")) {
            Tasks.kill(now, Tasks.SIGCONT);
        }
        Path part = scratch.resolve("go.part");
        Files.writeString(part, "away_ms=" + awayMillis + "\n" + (executable ? "executable=1\n" : ""));
        Files.move(part, scratch.resolve("go"), StandardCopyOption.ATOMIC_MOVE);
    }

    private int end(int now) throws InterruptedException {
        try {
            return Tasks.awaitEnd(now, PATIENCE);
        } catch (AssertionError stuck) {
            throw new AssertionError(stuck.getMessage() + "\n" + Tasks.describe(now) + output(), stuck);
        }
    }

    private String result() throws IOException {
        Path result = scratch.resolve("result");
        return Files.exists(result) ? Files.readString(result).strip() : "no result";
    }

    private String output() {
        try {
            return "stdout: " + Files.readString(scratch.resolve("out"), StandardCharsets.ISO_8859_1) + "stderr: "
                    + Files.readString(scratch.resolve("err"), StandardCharsets.ISO_8859_1);
        } catch (IOException missing) {
            return "no output";
        }
    }

    @Override
    public void close() throws IOException {
        try {
            for (int any : pids) {
                List<Integer> family = isOurs(any) ? Tasks.family(any) : List.of(any);
                if (isOurs(any)) {
                    family.forEach(one -> Tasks.kill(one, Tasks.SIGKILL));
                }
                Tasks.awaitEnd(family, PATIENCE);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        if (terminal != null) {
            terminal.close();
        }
        delete(scratch);
    }

    // A pid may have gone to somebody else meanwhile.
    private boolean isOurs(int any) throws IOException {
        try {
            return Files.readString(Path.of("/proc/" + any + "/cmdline"), StandardCharsets.ISO_8859_1)
                            .contains(scratch.toString())
                    || Files.readSymbolicLink(Path.of("/proc/" + any + "/cwd")).startsWith(scratch)
                    || Files.readString(Path.of("/proc/" + any + "/comm"), StandardCharsets.ISO_8859_1)
                            .startsWith("reprise");
        } catch (IOException gone) {
            return false;
        }
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
