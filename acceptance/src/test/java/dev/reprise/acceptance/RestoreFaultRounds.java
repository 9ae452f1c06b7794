package dev.reprise.acceptance;

import dev.reprise.engine.model.After;
import dev.reprise.engine.model.RestoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Faulty restores of the same image, one after the other. */
final class RestoreFaultRounds implements AutoCloseable {
    private static final Pattern MOMENTARY = Pattern.compile("ShdPnd|SigPnd|pos:|VmSize");
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long LIMIT_MILLIS = 30_000;
    private static final Duration SETTLING = Duration.ofSeconds(3);
    private static final int NOBODY = -1;

    private final long start = System.nanoTime();
    private final RestoreFaultMode mode;
    private final RunningGuest guest;
    private final Path directory;
    private final Path image;
    private final Outside before;
    private final Set<Integer> others;
    private OwnTraces clean;
    private final List<String> findings = new ArrayList<>();
    private int all;

    RestoreFaultRounds(RestoreFaultMode mode, String name) throws Exception {
        this.mode = mode;
        Set<Integer> children = Tasks.children();
        guest = RunningGuest.start(Guest.named(name));
        directory = Files.createDirectory(guest.scratch().resolve("images"));
        image = directory.resolve("image");
        before = Outside.of(guest.pid());
        Library.checkpoint(guest.pid(), image, After.KILL);
        Tasks.awaitEnd(guest.pid(), PATIENCE);
        others = children;
        for (int i = 0; i < 3; i++) {
            end(mode.restore(image));
        }
        clean = OwnTraces.of(directory);
    }

    /** What can fail: of a counting run. */
    List<Fault.Case> cases() throws Exception {
        try (Fault counting = Fault.counting()) {
            end(mode.restore(image));
            List<Fault.Case> cases = counting.cases();
            System.out.println("restore " + mode + ": " + counting.calls() + " calls at " + counting.places()
                    + " places, " + cases.size() + " cases");
            return cases;
        }
    }

    /** A restore in which one call fails, and all that is promised of it; then a whole one. */
    void fail(Fault.Case which) throws Exception {
        all++;
        int[] pid = {NOBODY};
        String line = restore(which, pid);
        String what = which + ": " + line;
        Fault.log(mode + " " + what);
        try {
            if (pid[0] != NOBODY) {
                requireWhole(what, pid[0]);
                end(pid[0]);
            }
            requireNothing(what);
            int whole = mode.restore(image);
            requireWhole(what + ", the next one", whole);
            end(whole);
        } catch (Exception | AssertionError failed) {
            finding(what, String.valueOf(failed));
            endAll();
        }
    }

    // "" for a success, else the line.
    private String restore(Fault.Case which, int[] pid) throws InterruptedException {
        String[] end = {"it has not ended"};
        Thread thread = Thread.ofPlatform().name("operation").start(() -> {
            try (Fault _ = which.begin()) {
                pid[0] = mode.restore(image);
                end[0] = "";
            } catch (RestoreException failed) {
                end[0] = String.valueOf(failed.getMessage());
                if (end[0].isBlank() || end[0].matches("(?s).*(\n|Exception|(?<!/)null|java\\.|dev\\.reprise).*")) {
                    finding(which, "no clear line: " + end[0]);
                }
            } catch (Exception | Error raw) {
                end[0] = "raw " + raw;
                finding(which, FaultRounds.stack(raw));
            }
        });
        thread.join(LIMIT_MILLIS);
        if (thread.isAlive()) {
            Thread.getAllStackTraces().forEach((other, frames) -> {
                if (other.getName().matches("operation|tracer|parent")) {
                    finding(which, "hangs: " + other.getName() + " " + Arrays.toString(frames));
                }
            });
            killAll();
            thread.join(LIMIT_MILLIS);
        }
        return end[0];
    }

    private void requireWhole(String what, int pid) throws IOException, InterruptedException {
        Vitals then = Vitals.of(guest.scratch());
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!Vitals.of(guest.scratch()).allMovedSince(then)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("it does not go on: " + Tasks.describe(pid));
            }
            Thread.sleep(2);
        }
        if (!Vitals.of(guest.scratch()).wrong().isEmpty()) {
            throw new AssertionError(Vitals.of(guest.scratch()).wrong().toString());
        }
        if (mode != RestoreFaultMode.PID_NAMESPACE) {
            requireSame(what, pid);
        }
    }

    private void requireSame(String what, int pid) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + SETTLING.toNanos();
        List<String> differences;
        do {
            differences = before.differences(Outside.of(pid), false).stream()
                    .filter(line -> !MOMENTARY.matcher(line).find())
                    .toList();
        } while (!differences.isEmpty() && System.nanoTime() < deadline);
        if (!differences.isEmpty()) {
            finding(what, "seen from outside: " + differences);
        }
    }

    private void requireNothing(String what) throws IOException, InterruptedException {
        List<String> left = clean.lasting(directory, SETTLING);
        if (!left.isEmpty()) {
            finding(what, "left behind: " + left);
            endAll();
            clean = OwnTraces.of(directory);
        }
    }

    // With its namespace's first process, which is our child.
    private void end(int pid) throws InterruptedException, IOException {
        Tasks.kill(pid, Tasks.SIGKILL);
        endAll();
    }

    private void killAll() {
        try {
            for (int child : left()) {
                Tasks.kill(child, Tasks.SIGKILL);
            }
        } catch (IOException unseen) {
            throw new AssertionError(unseen);
        }
    }

    private void endAll() throws IOException, InterruptedException {
        for (int child : left()) {
            Tasks.kill(child, Tasks.SIGKILL);
            Tasks.awaitEnd(child, PATIENCE);
        }
    }

    private Set<Integer> left() throws IOException {
        Set<Integer> left = new TreeSet<>(Tasks.children());
        left.removeAll(others);
        return left;
    }

    private void finding(Object which, String what) {
        findings.add(mode + " " + which + ": " + what);
        Fault.log("FINDING " + mode + " " + which + ": " + what);
    }

    List<String> findings() {
        return findings;
    }

    /** All is well in the end, too. */
    void end() throws Exception {
        System.out.println("restore " + mode + ": " + all + " faults, " + findings.size() + " findings");
        int pid = mode.restore(image);
        guest.alsoIs(pid);
        guest.passes(pid, (System.nanoTime() - start) / 1_000_000 + 1);
    }

    @Override
    public void close() throws IOException {
        guest.close();
    }
}
