package dev.reprise.acceptance;

import dev.reprise.engine.MemoryStore;
import dev.reprise.engine.RestoredProcess;
import dev.reprise.engine.model.After;
import dev.reprise.engine.model.RestoreOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A running guest on its way through checkpoints and restores.
 *
 * <p>By the API in this JVM, where an operation takes milliseconds. Some guests, in the long form all, go the way of a user:
 * "kill and restore" by the launcher, "through a pipe" by two processes of a shell.
 */
final class Journey {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration SETTLING = Duration.ofSeconds(2);
    private static final String USERS =
            "self_checker.multi|many_threads.64|stdio_files|closed_stdio|pipe_unread_bytes|blocked.nanosleep|terminal";

    private final RunningGuest guest;
    private final Path image;
    private final long start = System.nanoTime();

    Journey(RunningGuest guest) {
        this.guest = guest;
        image = guest.scratch().resolve("image");
    }

    static void travel(Way way, RunningGuest guest) throws IOException, InterruptedException {
        Journey journey = new Journey(guest);
        if (guest.guest().needs().contains("terminal") && way.compareTo(Way.RESTORE) >= 0 && way != Way.PROOF) {
            journey.onTerminal(way);
            return;
        }
        switch (way) {
            case CONTROL -> guest.passes(guest.pid(), 0);
            case SABOTAGE -> {
                guest.sabotage();
                guest.fails(guest.pid());
            }
            case RESUME -> journey.resume();
            case COPY_ON_WRITE -> journey.copyOnWrite();
            case TWIN -> journey.twin();
            case RESTORE -> journey.restore();
            case PIPE -> journey.pipe();
            case TWICE -> journey.twice();
            case PID_NAMESPACE -> journey.inPidNamespace();
            case EXECUTABLE -> journey.executable();
            case PROOF -> journey.proof();
            case LAZY -> journey.lazy();
        }
    }

    private void onTerminal(Way way) throws IOException, InterruptedException {
        TerminalJourney terminal = new TerminalJourney(guest, this);
        switch (way) {
            case RESTORE -> terminal.restore();
            case PIPE -> terminal.pipe();
            case TWICE -> terminal.twice();
            case PID_NAMESPACE -> terminal.restore("--pid-namespace");
            case LAZY -> terminal.restore("--lazy");
            default -> throw new IllegalArgumentException(way.title());
        }
    }

    private void resume() throws IOException, InterruptedException {
        Map<Integer, Outside> before = look(guest.pid());
        Library.checkpoint(guest.pid(), image, After.RUN_ON);
        isAsBefore(before, guest.pid(), true);
        guest.passes(guest.pid(), away());
    }

    private void proof() throws IOException, InterruptedException {
        Map<Integer, Outside> before = look(guest.pid());
        Library.prove(guest.pid(), image);
        isAsBefore(before, guest.pid(), true);
        guest.passes(guest.pid(), away());
    }

    // Into a file, where the copies write themselves, and as a stream, which is then restored.
    private void copyOnWrite() throws IOException, InterruptedException {
        Map<Integer, Outside> before = look(guest.pid());
        Library.copyOnWrite(guest.pid(), image);
        Library.copyOnWriteToStream(guest.pid(), image);
        isAsBefore(before, guest.pid(), true);
        if (!canComeAgain()) {
            guest.passes(guest.pid(), away());
            return;
        }
        killAndRestore(image, before);
        guest.passes(guest.pid(), away() + guest.readyMillis());
    }

    private boolean canComeAgain() {
        return !guest.guest().optOuts().containsKey("again")
                && !guest.guest().needs().contains("terminal");
    }

    private void killAndRestore(Path from, Map<Integer, Outside> before) throws IOException, InterruptedException {
        Set<Integer> sessions = Tasks.sessions(Tasks.family(guest.pid()));
        killOriginal();
        Tasks.reap(sessions);
        Library.restore(from, RestoreOptions.DEFAULT.asDetached());
        isAsBefore(before, guest.pid(), false);
    }

    // What was changed meanwhile is its own business: the twins hold what it had.
    private void twin() throws IOException, InterruptedException {
        Map<Integer, Outside> before = look(guest.pid());
        String name = "guest-" + ProcessHandle.current().pid() + "-" + guest.pid();
        MemoryStore store = MemoryStore.ofUser();
        store.prepare();
        Library.twin(guest.pid(), store.path(name));
        try {
            isAsBefore(before, guest.pid(), true);
            if (!canComeAgain()) {
                guest.passes(guest.pid(), away());
                return;
            }
            killAndRestore(store.path(name), before);
        } finally {
            store.delete(name);
        }
        guest.passes(guest.pid(), away() + guest.readyMillis());
    }

    private void restore() throws IOException, InterruptedException {
        Map<Integer, Outside> before = look(guest.pid());
        List<Integer> family = Tasks.family(guest.pid());
        if (isOfAUser()) {
            Tool.launch("checkpoint", "--sync=no", "--kill", "-o", image + "", guest.pid() + "")
                    .succeeds();
            Tasks.awaitEnd(family, PATIENCE);
            Tool.launch("restore", "-d", image + "").succeeds();
        } else {
            Set<Integer> sessions = Tasks.sessions(family);
            Library.checkpoint(guest.pid(), image, After.KILL);
            Tasks.awaitEnd(family, PATIENCE);
            Tasks.reap(sessions);
            Library.restore(image, RestoreOptions.DEFAULT.asDetached());
        }
        isAsBefore(before, guest.pid(), false);
        guest.passes(guest.pid(), away());
    }

    private void pipe() throws IOException, InterruptedException {
        Map<Integer, Outside> before = look(guest.pid());
        // The killed original is ours to reap, while the pipe still runs.
        List<Integer> family = Tasks.family(guest.pid());
        Thread reaper = Thread.ofPlatform().start(() -> reapOriginal(family));
        if (isOfAUser()) {
            String checkpoint = Tool.quoted("checkpoint", "--kill", guest.pid() + "");
            String restore = Tool.quoted("restore", "-d");
            String script = "set -o pipefail; " + checkpoint + " | " + restore;
            Tool.run(new ProcessBuilder("bash", "-c", script)).succeeds();
        } else {
            Library.throughPipe(guest.pid(), RestoreOptions.DEFAULT.asDetached());
        }
        reaper.interrupt();
        reaper.join();
        isAsBefore(before, guest.pid(), false);
        guest.passes(guest.pid(), away());
    }

    // It works while its memory comes; how it looks from outside changes with that.
    private void lazy() throws IOException, InterruptedException {
        List<Integer> family = Tasks.family(guest.pid());
        Set<Integer> sessions = Tasks.sessions(family);
        Library.checkpoint(guest.pid(), image, After.KILL);
        Tasks.awaitEnd(family, PATIENCE);
        Tasks.reap(sessions);
        RestoredProcess restored = Library.restoreLazily(image);
        guest.passes(guest.pid(), away());
        Library.awaitMemory(restored);
    }

    private boolean isOfAUser() {
        boolean isProgram = !guest.guest().runner().equals("native");
        return Boolean.getBoolean("reprise.long")
                || isProgram
                || guest.guest().name().matches(USERS);
    }

    private static void reapOriginal(List<Integer> family) {
        try {
            Tasks.awaitEnd(family, Duration.ofSeconds(120));
        } catch (InterruptedException | AssertionError enough) {
            // Restored before it was seen dead: it has been reaped by somebody else.
        }
    }

    private void twice() throws IOException, InterruptedException {
        Map<Integer, Outside> before = look(guest.pid());
        for (int round = 0; round < 2; round++) {
            List<Integer> family = Tasks.family(guest.pid());
            Set<Integer> sessions = Tasks.sessions(family);
            Library.checkpoint(guest.pid(), image, After.KILL);
            Tasks.awaitEnd(family, PATIENCE);
            Tasks.reap(sessions);
            Library.restore(image, RestoreOptions.DEFAULT.asDetached());
        }
        isAsBefore(before, guest.pid(), false);
        // A sleep that was interrupted before begins anew where nobody knows its rest (CONTRACT.md, "Processes").
        guest.passes(guest.pid(), away() + guest.readyMillis());
    }

    private void inPidNamespace() throws IOException, InterruptedException {
        boolean beside = !guest.guest().optOuts().containsKey("beside");
        List<Integer> family = Tasks.family(guest.pid());
        Library.checkpoint(guest.pid(), image, beside ? After.RUN_ON : After.KILL);
        if (!beside) {
            Tasks.awaitEnd(family, PATIENCE);
        }
        int restored =
                Library.restore(image, RestoreOptions.DEFAULT.asDetached().inPidNamespace());
        guest.alsoIs(restored);
        if (beside) {
            killOriginal();
        }
        guest.passes(restored, away());
    }

    private void executable() throws IOException, InterruptedException {
        Library.executable(guest.pid(), image, After.KILL);
        Tasks.awaitEnd(guest.pid(), PATIENCE);
        int executed = guest.execute(image);
        guest.passesExecuted(executed, away());
    }

    private void killOriginal() throws InterruptedException {
        List<Integer> family = Tasks.family(guest.pid());
        family.forEach(pid -> Tasks.kill(pid, Tasks.SIGKILL));
        Tasks.awaitEnd(family, PATIENCE);
    }

    // The whole family; of one whose members come and go only the first.
    Map<Integer, Outside> look(int pid) throws IOException {
        List<String> needs = guest.guest().needs();
        boolean alone = needs.contains("moving") || needs.contains("restless");
        Map<Integer, Outside> family = new TreeMap<>();
        for (int one : alone ? List.of(pid) : Tasks.family(pid)) {
            if (Tasks.isAlive(one)) {
                family.put(one, look(one, needs));
            }
        }
        return family;
    }

    private static Outside look(int pid, List<String> needs) throws IOException {
        if (needs.contains("restless")) {
            return Outside.nothingOf(pid);
        }
        Outside outside = Outside.of(pid);
        if (needs.contains("terminal")) {
            return outside.onAnyTerminal();
        }
        return needs.contains("moving") ? outside.ofMoving() : outside;
    }

    // It has just been let go: until it has run for a moment it is on its way back into its calls, some of which
    // (ppoll and the like) change the signal mask.
    void isAsBefore(Map<Integer, Outside> before, int pid, boolean sameLife) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + SETTLING.toNanos();
        List<String> differences = differences(before, look(pid), sameLife);
        while (!differences.isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(10);
            differences = differences(before, look(pid), sameLife);
        }
        if (!differences.isEmpty()) {
            throw new AssertionError(
                    "seen from outside, " + pid + " has changed:\n  " + String.join("\n  ", differences));
        }
    }

    private static List<String> differences(Map<Integer, Outside> before, Map<Integer, Outside> now, boolean sameLife) {
        List<String> differences = new ArrayList<>();
        if (!before.keySet().equals(now.keySet())) {
            differences.add("processes: " + before.keySet() + " became " + now.keySet());
        }
        before.forEach((pid, outside) -> {
            Outside later = now.get(pid);
            if (later != null) {
                outside.differences(later, sameLife).forEach(line -> differences.add(pid + ": " + line));
            }
        });
        return differences;
    }

    long away() {
        return (System.nanoTime() - start) / 1_000_000 + 1;
    }
}
