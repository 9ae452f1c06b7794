package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The tool dies by SIGKILL before its step N, for steps all over a checkpoint: the program goes on as if nothing had
 * happened, and can be checkpointed afterwards.
 *
 * <p>The steps are counted by the door itself (kernel.Steps), so nothing is listed here. By default a sample;
 * {@code -Dreprise.long=true} takes every step.
 */
class ToolDiesTest {
    private static final Pattern COUNT = Pattern.compile("steps: (\\d+)");
    private static final Pattern OWN_DOING = Pattern.compile("ShdPnd|SigPnd|pos:|VmSize|/SYSV|flags of mappings");
    private static final int SAMPLE = 16;
    private static final long PATIENCE_NANOS = 10_000_000_000L;
    private static final int KILLED = 128 + 9;

    @ParameterizedTest
    @ValueSource(strings = {"self_checker.spin", "self_checker.nanosleep"})
    void theProgramGoesOn(String name) throws IOException, InterruptedException {
        Guest guest = Guest.named(name);
        try (RunningGuest running = RunningGuest.start(guest)) {
            long start = System.nanoTime();
            Outside before = Outside.of(running.pid());
            for (int step : steps(countSteps(running))) {
                Tool.Outcome outcome = checkpoint(List.of("-Dreprise.steps=" + step), running);
                goesOn(running, before, "after the death before step " + step + " " + outcome.err());
            }
            checkpoint(List.of(), running).succeeds();
            goesOn(running, before, "after a whole checkpoint");
            running.passes(running.pid(), (System.nanoTime() - start) / 1_000_000 + 1);
        }
    }

    private static int countSteps(RunningGuest running) throws IOException, InterruptedException {
        Tool.Outcome counted =
                checkpoint(List.of("-Dreprise.steps=count"), running).succeeds();
        Matcher count = COUNT.matcher(counted.err());
        assertThat(count.find()).as(counted.err()).isTrue();
        return Integer.parseInt(count.group(1));
    }

    private static List<Integer> steps(int count) {
        int stride = Boolean.getBoolean("reprise.long") ? 1 : Math.max(1, count / SAMPLE);
        List<Integer> steps = new ArrayList<>();
        for (int step = 1; step <= count; step += stride) {
            steps.add(step);
        }
        return steps;
    }

    private static Tool.Outcome checkpoint(List<String> javaOptions, RunningGuest running)
            throws IOException, InterruptedException {
        Path image = running.scratch().resolve("image");
        Tool.Outcome outcome = Tool.run(javaOptions, "checkpoint", "--sync=no", "-o", image + "", running.pid() + "");
        assertThat(outcome.status()).as(outcome.err()).isIn(0, KILLED);
        return outcome;
    }

    private static void goesOn(RunningGuest running, Outside before, String when)
            throws IOException, InterruptedException {
        Vitals start = Vitals.of(running.scratch());
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        List<String> differences;
        boolean moved;
        do {
            Thread.sleep(10);
            moved = Vitals.of(running.scratch()).allMovedSince(start);
            differences = ofTheProgram(before.differences(Outside.of(running.pid()), true));
        } while ((!moved || !differences.isEmpty()) && System.nanoTime() < deadline);
        Vitals now = Vitals.of(running.scratch());
        if (!moved || !differences.isEmpty() || !now.wrong().isEmpty()) {
            fail(when + ": moved " + moved + ", wrong " + now.wrong() + "\n  " + String.join("\n  ", differences)
                    + Tasks.describe(running.pid()));
        }
    }

    // Not the program's own doing at this moment (pending alarms, positions), nor the mapping that stays behind when
    // the
    // tool dies with its segment attached: the next checkpoint knows it by its name.
    private static List<String> ofTheProgram(List<String> differences) {
        return differences.stream()
                .filter(line -> !OWN_DOING.matcher(line).find())
                .toList();
    }
}
