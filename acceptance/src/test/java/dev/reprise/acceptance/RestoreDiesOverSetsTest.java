package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.reprise.engine.model.After;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The tool is killed before each of its steps while it restores several processes: all of them run, or none is left; and the
 * image restores afterwards. Its last steps are taken most: there they are let go, one after the other.
 */
class RestoreDiesOverSetsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int SAMPLE = Integer.getInteger("reprise.deaths", 8);
    private static final int LAST = 100;

    @BeforeEach
    void needsRoot() {
        assumeTrue(Tasks.isRoot(), "checkpoints need root");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pipes_between", "process_tree", "clone_sharers.vm", "stopped_child"})
    void allOrNone(String name) throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named(name))) {
            long start = System.nanoTime();
            Path image = guest.scratch().resolve("image");
            List<Integer> family = Tasks.family(guest.pid());
            Set<Integer> sessions = Tasks.sessions(family);
            Library.checkpoint(guest.pid(), image, After.KILL);
            Tasks.awaitEndOf(sessions, PATIENCE);
            List<Integer> all = Dying.steps(restore(Dying.COUNTING, image).succeeds(), Integer.MAX_VALUE);
            assertThat(isWhole(family, sessions, "after the run that counts")).isTrue();
            int steps = all.getLast();
            int stride = Boolean.getBoolean("reprise.long") ? 1 : Math.max(1, steps / SAMPLE);
            int lastStride = Boolean.getBoolean("reprise.long") ? 1 : Math.max(1, LAST / SAMPLE / 2);
            List<Integer> chosen = Stream.concat(
                            Stream.iterate(1, step -> step < steps - LAST, step -> step + stride),
                            Stream.iterate(Math.max(1, steps - LAST), step -> step <= steps, step -> step + lastStride))
                    .toList();
            for (int step : chosen) {
                restore(Dying.before(step), image);
                isWhole(family, sessions, "after the death before step " + step + " of " + steps);
            }
            restore(List.of(), image).succeeds();
            guest.passes(guest.pid(), (System.nanoTime() - start) / 1_000_000 + 1);
        }
    }

    private static Tool.Outcome restore(List<String> javaOptions, Path image) throws Exception {
        return Dying.requireExpected(Tool.run(javaOptions, "restore", "-d", image + ""));
    }

    // Whoever guards what a dead tool leaves is our child by then, and what it has killed ends soon. Ends what is
    // there.
    private static boolean isWhole(List<Integer> family, Set<Integer> sessions, String when)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (isGuarded()
                || !Tasks.reaped(sessions) && !Tasks.family(family.getFirst()).equals(family)) {
            if (System.nanoTime() > deadline) {
                StringBuilder state = new StringBuilder();
                Tasks.inSessions(sessions).forEach(pid -> state.append(Tasks.describe(pid)));
                Tasks.inSessions(sessions).forEach(pid -> Tasks.kill(pid, Tasks.SIGKILL));
                fail(when + ": half alive:\n" + state);
            }
            Thread.sleep(2);
        }
        List<Integer> left = Tasks.inSessions(sessions);
        left.forEach(pid -> Tasks.kill(pid, Tasks.SIGKILL));
        Tasks.awaitEndOf(sessions, PATIENCE);
        return !left.isEmpty();
    }

    private static boolean isGuarded() throws IOException {
        for (int child : Tasks.children()) {
            if (Tasks.name(child).equals("reprise-guard")) {
                return true;
            }
        }
        return false;
    }
}
