package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One call of a restore fails, ours or one in a program that a process on its way to being restored runs: either the whole
 * program runs, or there is one line that says why not, and nothing of it is left; its image can be restored afterwards.
 *
 * <p>The sample is that of {@link CheckpointFaultsTest}.
 */
@Isolated("calls of other tests in this JVM would fail")
class RestoreFaultsTest {
    private static final String GUEST = System.getProperty("reprise.faulty.guest", "self_checker.nanosleep");

    @BeforeEach
    void needRoot() {
        assumeThat(Tasks.isRoot()).as("restores need root").isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void allOrNothing(RestoreFaultMode mode) throws Exception {
        try (RestoreFaultRounds rounds = new RestoreFaultRounds(mode, GUEST)) {
            for (Fault.Case one : Fault.sample(rounds.cases())) {
                rounds.fail(one);
            }
            rounds.end();
            assertThat(rounds.findings()).isEmpty();
        }
    }
}
