package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One call of a checkpoint fails, ours or one in a program that the frozen program runs for us: there is a good image, or one
 * line that says why not; either way the program goes on as if nothing had happened, and nothing of us stays behind.
 *
 * <p>The calls are found by the door (kernel.Faults). By default a sample of {@code -Dreprise.faulty=N} in each mode, chosen by
 * {@code -Dreprise.seed}; {@code -Dreprise.long=true}: every place where a call is made, with every one of its errors.
 */
@Isolated("calls of other tests in this JVM would fail")
class CheckpointFaultsTest {
    private static final String GUEST = System.getProperty("reprise.faulty.guest", "self_checker.nanosleep");

    @BeforeEach
    void needRoot() {
        assumeThat(Tasks.isRoot()).as("checkpoints need root").isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void theProgramGoesOn(FaultMode mode) throws Exception {
        try (FaultRounds rounds = new FaultRounds(mode, GUEST)) {
            List<Fault.Case> cases = rounds.cases();
            for (Fault.Case one : Fault.sample(cases)) {
                rounds.fail(one);
            }
            rounds.end();
            assertThat(rounds.findings()).isEmpty();
        }
    }
}
