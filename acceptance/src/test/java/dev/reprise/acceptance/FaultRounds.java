package dev.reprise.acceptance;

import dev.reprise.engine.model.After;
import dev.reprise.engine.model.CheckpointException;
import dev.reprise.engine.model.Reason;
import dev.reprise.engine.model.RestoreOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Faulty checkpoints of the same program, one after the other; one that is harmed is replaced. */
final class FaultRounds implements AutoCloseable {
    // Its own doing at this moment.
    private static final Pattern MOMENTARY = Pattern.compile("ShdPnd|SigPnd|pos:|VmSize");
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long LIMIT_MILLIS = 30_000;
    private static final Duration SETTLING = Duration.ofSeconds(3);
    private static final int WARM_UP = 3;
    private static final int ROUNDS = 25;

    private final FaultMode mode;
    private final String name;
    private final List<String> findings = new ArrayList<>();
    private RunningGuest guest;
    private long start;
    private Path directory;
    private Outside before;
    private OwnTraces clean;
    private int faults;
    private int all;

    FaultRounds(FaultMode mode, String name) throws Exception {
        this.mode = mode;
        this.name = name;
        begin();
    }

    private void begin() throws Exception {
        faults = 0;
        start = System.nanoTime();
        guest = RunningGuest.start(Guest.named(name));
        directory = Files.createDirectory(guest.scratch().resolve("images"));
        // The first ones load classes, whose files stay open.
        for (int i = 0; i < WARM_UP; i++) {
            whole();
        }
        before = Outside.of(guest.pid());
        clean = OwnTraces.of(directory);
    }

    /** What can fail: of a counting run. */
    List<Fault.Case> cases() throws Exception {
        List<Fault.Case> cases;
        try (Fault counting = Fault.counting()) {
            mode.checkpoint(guest.pid(), directory);
            cases = counting.cases();
            System.out.println(mode + ": " + counting.calls() + " calls at " + counting.places() + " places, "
                    + cases.size() + " cases");
        }
        settle();
        return cases;
    }

    /** A checkpoint in which one call fails, and all that is promised of it; then a whole one. */
    void fail(Fault.Case which) throws Exception {
        byte[] old = Files.readAllBytes(mode.image(directory));
        String end = checkpoint(which);
        Fault.log(mode + " " + which + ": " + end);
        all++;
        faults++;
        int found = findings.size();
        try {
            check(which, which + ": " + end, end, old);
        } catch (Exception | AssertionError harmed) {
            String refusals =
                    harmed instanceof CheckpointException refused && refused.reason() instanceof Reason.Unsupported all
                            ? all.refusals().toString()
                            : "";
            finding(which + ": " + end, harmed.getMessage() + refusals);
        }
        if (findings.size() > found) {
            close();
            begin();
        }
    }

    // "" for a success, else the line.
    private String checkpoint(Fault.Case which) throws InterruptedException {
        String[] end = {"it has not ended"};
        Thread thread = Thread.ofPlatform().name("operation").start(() -> {
            try (Fault _ = which.begin()) {
                mode.checkpoint(guest.pid(), directory);
                end[0] = "";
            } catch (CheckpointException failed) {
                end[0] = String.valueOf(failed.getMessage());
                requireLine(which, end[0]);
            } catch (Exception | Error raw) {
                end[0] = "raw " + raw;
                finding(which, stack(raw));
            }
        });
        thread.join(LIMIT_MILLIS);
        if (thread.isAlive()) {
            Thread.getAllStackTraces().forEach((other, frames) -> {
                if (other.getName().matches("operation|tracer")) {
                    finding(which, "hangs: " + other.getName() + " " + Arrays.toString(frames));
                }
            });
            Tasks.kill(guest.pid(), Tasks.SIGKILL);
            thread.join(LIMIT_MILLIS);
        }
        return end[0];
    }

    private void check(Fault.Case which, String what, String end, byte[] old) throws Exception {
        if (end.isEmpty()) {
            mode.read(directory);
            settle();
        } else {
            if (mode.keepsOldOne() && !Arrays.equals(old, Files.readAllBytes(mode.image(directory)))) {
                finding(what, "the old image has changed");
            }
            if (!Tasks.isAlive(guest.pid())) {
                throw new AssertionError("the program is dead");
            }
        }
        requireUnharmed();
        requireSame(what, which.isOfStops());
        if (!which.isOfStops()) {
            requireNothingOfUs(what);
        }
        whole();
        requireSame(what + ", after a whole one", false);
        requireNothingOfUs(what + ", after a whole one");
        if (faults % ROUNDS == 0) {
            requireAllMoves();
        }
    }

    /** All is well in the end, too. */
    void end() throws Exception {
        requireAllMoves();
        System.out.println(mode + ": " + all + " faults, " + findings.size() + " findings");
        guest.passes(guest.pid(), (System.nanoTime() - start) / 1_000_000 + 1);
    }

    List<String> findings() {
        return findings;
    }

    private void requireLine(Fault.Case which, String message) {
        if (message.isBlank() || message.matches("(?s).*(\n|Exception|(?<!/)null|java\\.|dev\\.reprise).*")) {
            finding(which, "no clear line: " + message);
        }
    }

    private void finding(Object which, String what) {
        findings.add(mode + " " + which + ": " + what);
        Fault.log("FINDING " + mode + " " + which + ": " + what);
    }

    static String stack(Throwable raw) {
        StringWriter text = new StringWriter();
        raw.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    // What the mode has made of the program is undone: it runs again.
    private void settle() throws Exception {
        if (mode.after() == After.KILL) {
            Tasks.awaitEnd(guest.pid(), PATIENCE);
            Library.restore(mode.image(directory), RestoreOptions.DEFAULT.asDetached());
        } else if (mode.after() == After.STOP) {
            Tasks.kill(guest.pid(), Tasks.SIGCONT);
        }
    }

    private void whole() throws Exception {
        mode.checkpoint(guest.pid(), directory);
        settle();
    }

    private void requireUnharmed() throws IOException {
        Map<String, Vitals.Worker> harmed = Vitals.of(guest.scratch()).harmedBy(faults);
        if (!harmed.isEmpty()) {
            throw new AssertionError("harmed " + harmed);
        }
    }

    // Some threads sleep for a second.
    private void requireAllMoves() throws IOException, InterruptedException {
        Vitals then = Vitals.of(guest.scratch());
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!Vitals.of(guest.scratch()).allMovedSince(then)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(
                        "it does not go on: " + Vitals.of(guest.scratch()) + Tasks.describe(guest.pid()));
            }
            Thread.sleep(2);
        }
    }

    // A thread that cannot be led out goes home by itself, and leaves the mapping to the next checkpoint.
    private void requireSame(String what, boolean mayHaveMapping) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + SETTLING.toNanos();
        List<String> differences = differences(mayHaveMapping);
        while (!differences.isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(5);
            differences = differences(mayHaveMapping);
        }
        if (!differences.isEmpty()) {
            finding(what, "seen from outside: " + differences);
        }
    }

    private List<String> differences(boolean mayHaveMapping) throws IOException {
        return before.differences(Outside.of(guest.pid()), mode.after() != After.KILL).stream()
                .filter(line -> !MOMENTARY.matcher(line).find())
                .filter(line -> !mayHaveMapping || !line.matches("flags of mappings.*|maps: \\[] became .*/SYSV5250.*"))
                .toList();
    }

    private void requireNothingOfUs(String what) throws IOException, InterruptedException {
        List<String> left = clean.lasting(directory, SETTLING);
        if (!left.isEmpty()) {
            finding(what, "left behind: " + left);
        }
    }

    @Override
    public void close() throws IOException {
        mode.forget(directory);
        guest.close();
    }
}
