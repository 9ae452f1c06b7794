package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.reprise.engine.MemoryStore;
import dev.reprise.engine.model.After;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The tool dies by SIGKILL before its step N, for steps all over a restore: either the whole program runs, or nothing of it
 * is left; and its image can be restored afterwards.
 *
 * <p>By default a sample; {@code -Dreprise.long=true} takes every step.
 */
@Isolated("it ends every child of this JVM that looks like the program")
class RestoreDiesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int SAMPLE = 12;

    @ParameterizedTest
    @ValueSource(strings = {"", "--pid-namespace", "--lazy"})
    void nothingHalfAliveIsLeft(String option) throws IOException, InterruptedException {
        try (RunningGuest running = RunningGuest.start(Guest.named("self_checker.multi"))) {
            long start = System.nanoTime();
            Path image = running.scratch().resolve("image");
            Set<Integer> others = Tasks.children();
            others.remove(running.pid());
            Library.checkpoint(running.pid(), image, After.KILL);
            Tasks.awaitEnd(running.pid(), PATIENCE);
            requireAllOrNothing(running, others, option, image, start);
        }
    }

    // Which a twin forks that outlives all these tools, and answers the next one.
    @ParameterizedTest
    @ValueSource(strings = {"", "--pid-namespace"})
    void norOfAForkOfATwin(String option) throws IOException, InterruptedException {
        try (RunningGuest running = RunningGuest.start(Guest.named("self_checker.multi"))) {
            long start = System.nanoTime();
            String name = "dies-" + ProcessHandle.current().pid() + "-" + running.pid();
            MemoryStore store = MemoryStore.ofUser();
            store.prepare();
            Path image = store.path(name);
            Library.twin(running.pid(), image);
            Set<Integer> others = Tasks.children(); // the twin among them
            others.remove(running.pid());
            try {
                Tasks.kill(running.pid(), Tasks.SIGKILL);
                Tasks.awaitEnd(running.pid(), PATIENCE);
                requireAllOrNothing(running, others, option, image, start);
                Path stats = running.scratch().resolve("stats");
                Tool.run("restore", "-d", "--pid-namespace", "--stats", stats + "", image + "")
                        .succeeds();
                assertThat(stats).content().contains("\"name\": \"fork\"");
            } finally {
                store.delete(name);
            }
            allOrNothing(running, others, "in the end");
        }
    }

    private static void requireAllOrNothing(
            RunningGuest running, Set<Integer> others, String option, Path image, long start)
            throws IOException, InterruptedException {
        List<Integer> steps = Dying.steps(restore(Dying.COUNTING, option, image), SAMPLE);
        assertThat(allOrNothing(running, others, "after the run that counts")).isTrue();
        for (int step : steps) {
            Tool.Outcome outcome = restore(Dying.before(step), option, image);
            allOrNothing(running, others, "after the death before step " + step + " " + outcome.err());
        }
        restore(List.of(), "", image).succeeds();
        running.passes(running.pid(), (System.nanoTime() - start) / 1_000_000 + 1);
    }

    private static Tool.Outcome restore(List<String> javaOptions, String option, Path image)
            throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("restore", "-d"));
        if (!option.isEmpty()) {
            arguments.add(option);
        }
        arguments.add(image.toString());
        return Dying.requireExpected(Tool.run(javaOptions, arguments.toArray(String[]::new)));
    }

    // Whatever a dead tool leaves is an orphan, and so our child. Says whether it was the whole program.
    private static boolean allOrNothing(RunningGuest running, Set<Integer> others, String when)
            throws IOException, InterruptedException {
        Vitals start = Vitals.of(running.scratch());
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            List<Integer> left = left(others);
            if (left.isEmpty()) {
                return false;
            }
            Vitals now = Vitals.of(running.scratch());
            if (now.allMovedSince(start)) {
                assertThat(now.wrong()).as(when).isEmpty();
                end(left);
                return true;
            }
            if (System.nanoTime() > deadline) {
                StringBuilder state = new StringBuilder();
                left.forEach(pid -> state.append(Tasks.describe(pid)));
                end(left);
                fail(when + ": half alive:\n" + state);
            }
            Thread.sleep(2);
        }
    }

    private static List<Integer> left(Set<Integer> others) throws IOException, InterruptedException {
        List<Integer> left = new ArrayList<>();
        for (int child : Tasks.children()) {
            if (!others.contains(child) && isOfTheProgram(child)) {
                if (Tasks.isAlive(child)) {
                    left.add(child);
                } else {
                    Tasks.awaitEnd(child, PATIENCE);
                }
            }
        }
        return left;
    }

    // The launcher, too, leaves a process to us that goes on in the background.
    private static boolean isOfTheProgram(int pid) {
        try {
            String name = Files.readString(Path.of("/proc/" + pid + "/comm"), StandardCharsets.ISO_8859_1);
            return name.matches("(memfd:reprise|reprise|self_checker|tracer).*\\R?");
        } catch (IOException gone) {
            return false;
        }
    }

    private static void end(List<Integer> left) throws InterruptedException {
        for (int pid : left) {
            Tasks.kill(pid, Tasks.SIGKILL);
            Tasks.awaitEnd(pid, PATIENCE);
        }
    }
}
