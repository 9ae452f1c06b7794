package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The tool dies by SIGKILL before its step N, for steps all over a checkpoint: the program goes on as if nothing had
 * happened, has no copy of its memory beside it, and can be checkpointed afterwards.
 *
 * <p>The steps are counted by the door itself (kernel.Steps), so nothing is listed here. By default a sample;
 * {@code -Dreprise.deaths=N} takes about so many of
 * them, {@code -Dreprise.long=true} every step.
 */
class ToolDiesTest {
    private static final Pattern OWN_DOING =
            Pattern.compile("ShdPnd|SigPnd|pos:|pending:|total:|VmSize|/SYSV|flags of mappings|CachedCqTail");
    private static final int SAMPLE = Integer.getInteger("reprise.deaths", 12);
    private static final long PATIENCE_NANOS = 10_000_000_000L;

    @ParameterizedTest
    @MethodSource("programs")
    void theProgramGoesOn(String name) throws IOException, InterruptedException {
        dying(name, ToolDiesTest::checkpoint);
    }

    @ParameterizedTest
    @ValueSource(strings = {"self_checker.restartable"})
    void theProgramGoesOnWhenItsImageGoesThroughAPipe(String name) throws IOException, InterruptedException {
        dying(name, ToolDiesTest::checkpointToPipe);
    }

    @ParameterizedTest
    @ValueSource(strings = {"self_checker.restartable"})
    void theProgramGoesOnWhenItsImageIsProved(String name) throws IOException, InterruptedException {
        dying(name, ToolDiesTest::checkpointWithProof);
    }

    // Whatever it has left, whoever comes next finishes it or takes it away: a twin is one that has a name, or there is
    // none.
    @ParameterizedTest
    @ValueSource(strings = {"self_checker.multi"})
    void theProgramGoesOnWhenATwinHoldsItsMemory(String name) throws IOException, InterruptedException {
        try (RunningGuest running = RunningGuest.start(Guest.named(name))) {
            long start = System.nanoTime();
            Outside before = Outside.of(running.pid());
            String image = "mem:dying-" + running.pid();
            int deaths = 0;
            try {
                for (int step : Dying.steps(
                        checkpointWithTwin(Dying.COUNTING, running, image).succeeds(), 2 * SAMPLE)) {
                    Tool.Outcome outcome = checkpointWithTwin(Dying.before(step), running, image);
                    deaths++;
                    String when = "after the death before step " + step + " " + outcome.err();
                    Tool.Outcome listed = Tool.run("list", "--json").succeeds();
                    goesOn(running, before, deaths, 1, when);
                    assertThat(listed.out()).as(when).contains(image);
                    Tool.run("verify", image).succeeds();
                }
                Tool.run("rm", image).succeeds();
                for (int step : Dying.steps(
                        removalOfTwin(Dying.COUNTING, running, image).succeeds(), SAMPLE)) {
                    removalOfTwin(Dying.before(step), running, image);
                    boolean isThere =
                            Tool.run("list", "--json").succeeds().out().contains(image);
                    goesOn(running, before, deaths, isThere ? 1 : 0, "after the death of rm before step " + step);
                }
            } finally {
                Tool.run("rm", image);
            }
            goesOn(running, before, deaths, "after all");
            passesUnlessStopped(running, start);
        }
    }

    private static Tool.Outcome checkpointWithTwin(List<String> javaOptions, RunningGuest running, String image)
            throws IOException, InterruptedException {
        return Dying.requireExpected(
                Tool.run(javaOptions, "checkpoint", "--twin", "--sync=no", "-o", image, running.pid() + ""));
    }

    private static Tool.Outcome removalOfTwin(List<String> javaOptions, RunningGuest running, String image)
            throws IOException, InterruptedException {
        checkpointWithTwin(List.of(), running, image).succeeds();
        return Dying.requireExpected(Tool.run(javaOptions, "rm", image));
    }

    // Programs that are read from and written to again, in the middle of which the tool dies: they tell at their end.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "typed_ahead_between",
                "typed_ahead.raw_full",
                "typed_ahead.waiting",
                "posix_messages.shared",
                "posix_messages.waiting"
            })
    void whatIsTakenOutForAMomentIsNotLost(String name) throws IOException, InterruptedException {
        try (RunningGuest running = RunningGuest.start(Guest.named(name))) {
            long start = System.nanoTime();
            for (int step : Dying.steps(checkpoint(Dying.COUNTING, running).succeeds(), SAMPLE)) {
                checkpoint(Dying.before(step), running);
            }
            checkpoint(List.of(), running).succeeds();
            running.passes(running.pid(), (System.nanoTime() - start) / 1_000_000 + 1);
        }
    }

    static Stream<String> programs() {
        Stream<String> usual = Stream.of(
                "self_checker.multi",
                "self_checker.spin",
                "self_checker.nanosleep",
                "self_checker.aio",
                "self_checker.faults",
                "self_checker.rings");
        Stream<String> others = Stream.of("self_checker.static.multi", "self_checker.ppoll_timed");
        return Boolean.getBoolean("reprise.long") ? Stream.concat(usual, others) : usual;
    }

    private interface Attempt {
        Tool.Outcome of(List<String> javaOptions, RunningGuest running) throws IOException, InterruptedException;
    }

    private static void dying(String name, Attempt checkpoint) throws IOException, InterruptedException {
        try (RunningGuest running = RunningGuest.start(Guest.named(name))) {
            long start = System.nanoTime();
            Outside before = Outside.of(running.pid());
            int deaths = 0;
            for (int step : Dying.steps(checkpoint.of(Dying.COUNTING, running).succeeds(), SAMPLE)) {
                Tool.Outcome outcome = checkpoint.of(Dying.before(step), running);
                deaths++;
                goesOn(running, before, deaths, "after the death before step " + step + " " + outcome.err());
            }
            checkpoint.of(List.of(), running).succeeds();
            goesOn(running, before, deaths, "after a whole checkpoint");
            passesUnlessStopped(running, start);
        }
    }

    // A death right behind a stop may end the calls that SIGSTOP ends, too (CONTRACT.md, "Leaked EINTR"), and the
    // program says so.
    private static void passesUnlessStopped(RunningGuest running, long start) throws IOException, InterruptedException {
        if (Vitals.of(running.scratch()).wrong().isEmpty()) {
            running.passes(running.pid(), (System.nanoTime() - start) / 1_000_000 + 1);
        }
    }

    private static Tool.Outcome checkpoint(List<String> javaOptions, RunningGuest running)
            throws IOException, InterruptedException {
        Path image = running.scratch().resolve("image");
        return Dying.requireExpected(
                Tool.run(javaOptions, "checkpoint", "--sync=no", "-o", image + "", running.pid() + ""));
    }

    private static Tool.Outcome checkpointWithProof(List<String> javaOptions, RunningGuest running)
            throws IOException, InterruptedException {
        Path image = running.scratch().resolve("image");
        return Dying.requireExpected(
                Tool.run(javaOptions, "checkpoint", "--prove", "--sync=no", "-o", image + "", running.pid() + ""));
    }

    private static Tool.Outcome checkpointToPipe(List<String> javaOptions, RunningGuest running)
            throws IOException, InterruptedException {
        String checkpoint = Tool.quoted(javaOptions, "checkpoint", running.pid() + "");
        return Dying.requireExpected(Tool.run(new ProcessBuilder(
                "bash", "-c", "set -o pipefail; " + checkpoint + " | cat > " + running.scratch() + "/image")));
    }

    private static void goesOn(RunningGuest running, Outside before, int deaths, String when)
            throws IOException, InterruptedException {
        goesOn(running, before, deaths, 0, when);
    }

    private static void goesOn(RunningGuest running, Outside before, int deaths, int twins, String when)
            throws IOException, InterruptedException {
        Vitals start = Vitals.of(running.scratch());
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        List<String> differences;
        boolean moved;
        List<Integer> copies;
        do {
            Thread.sleep(10);
            moved = Vitals.of(running.scratch()).allMovedSince(start);
            differences = ofTheProgram(before.differences(Outside.of(running.pid()), true));
            copies = copies(running);
        } while ((!moved || !differences.isEmpty() || copies.size() != twins) && System.nanoTime() < deadline);
        Vitals now = Vitals.of(running.scratch());
        Map<String, Vitals.Worker> harmed = now.harmedBy(deaths);
        if (!moved || !differences.isEmpty() || !harmed.isEmpty() || copies.size() != twins) {
            fail(when + ": moved " + moved + ", harmed " + harmed + ", copies " + copies + "\n  "
                    + String.join("\n  ", differences) + Tasks.describe(running.pid()));
        }
    }

    // Other processes that run the guest's program, of which this test starts one at a time.
    static List<Integer> copies(RunningGuest running) throws IOException {
        Path program = Path.of("/proc/" + running.pid() + "/exe").toRealPath();
        List<Integer> copies = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                int pid = Integer.parseInt(process.getFileName().toString());
                if (pid != running.pid() && isOf(program, process)) {
                    copies.add(pid);
                }
            }
        }
        return copies;
    }

    private static boolean isOf(Path program, Path process) {
        try {
            return Files.isSameFile(process.resolve("exe"), program);
        } catch (IOException ended) {
            return false; // or a kernel thread
        }
    }

    // Not the program's own doing at this moment (pending alarms, positions), nor the mapping that stays behind when
    // the tool dies with its segment attached: the next checkpoint knows it by its name.
    private static List<String> ofTheProgram(List<String> differences) {
        return differences.stream()
                .filter(line -> !OWN_DOING.matcher(line).find())
                .toList();
    }
}
