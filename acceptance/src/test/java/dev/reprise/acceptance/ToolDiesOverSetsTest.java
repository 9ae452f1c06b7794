package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tool is killed before each of its steps while it checkpoints several processes: all of them go on, with what they share. */
class ToolDiesOverSetsTest {
    private static final int SAMPLE = Integer.getInteger("reprise.deaths", 12);

    private static final String STOPPED = "pending_while_stopped";

    @BeforeEach
    void needsRoot() {
        assumeTrue(Tasks.isRoot(), "checkpoints need root");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"pipes_between", "process_tree", "clone_sharers.vm", "ended_leader", "process_groups.session"})
    void theProgramsGoOn(String name) throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named(name))) {
            long start = System.nanoTime();
            Path image = guest.scratch().resolve("image");
            List<Integer> family = Tasks.family(guest.pid());
            for (int step : Dying.steps(checkpoint(Dying.COUNTING, image, guest).succeeds(), SAMPLE)) {
                checkpoint(Dying.before(step), image, guest);
                LeftAlone.require(guest.pid(), true);
                RealProgram.await(
                        "the end of copies after the death before step " + step,
                        () -> Tasks.family(guest.pid()).equals(family));
            }
            checkpoint(List.of(), image, guest).succeeds();
            LeftAlone.require(guest.pid());
            assertThat(Tasks.family(guest.pid())).isEqualTo(family);
            guest.passes(guest.pid(), (System.nanoTime() - start) / 1_000_000 + 1);
        }
    }

    /**
     * One at a time: who is stopped goes home only when it is continued, and nothing is asked of it before. Before all calls of ours, most of
     * which are made while everybody is parked; and before those that lead them in and out.
     */
    @ParameterizedTest
    @ValueSource(strings = {"", "ptrace"})
    void stoppedOnesGoOnAsTheyWould(String call) throws Exception {
        List<Integer> steps;
        try (RunningGuest guest = RunningGuest.start(Guest.named(STOPPED))) {
            Path image = guest.scratch().resolve("image");
            steps = Dying.steps(
                    checkpoint(Dying.of(call, Dying.COUNTING), image, guest).succeeds(), SAMPLE);
        }
        for (int step : steps) {
            try (RunningGuest guest = RunningGuest.start(Guest.named(STOPPED))) {
                long start = System.nanoTime();
                List<Integer> family = Tasks.family(guest.pid());
                checkpoint(Dying.of(call, Dying.before(step)), guest.scratch().resolve("image"), guest);
                RealProgram.await(
                        "the end of copies", () -> Tasks.family(guest.pid()).equals(family));
                RealProgram.await("a standstill", () -> family.stream().skip(1).noneMatch(ToolDiesOverSetsTest::runs));
                try {
                    guest.passes(guest.pid(), (System.nanoTime() - start) / 1_000_000 + 1);
                } catch (AssertionError failed) {
                    throw new AssertionError("before step " + step + ": " + failed.getMessage(), failed);
                }
            }
        }
    }

    // Let go of by the kernel, it stops again as soon as it has a processor.
    private static boolean runs(int pid) {
        return Tasks.state(pid) != 'T' && Tasks.isAlive(pid);
    }

    private static Tool.Outcome checkpoint(List<String> javaOptions, Path image, RunningGuest guest) throws Exception {
        return Dying.requireExpected(
                Tool.run(javaOptions, "checkpoint", "--sync=no", "-o", image + "", guest.pid() + ""));
    }
}
