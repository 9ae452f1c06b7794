package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Something happens to a program before a call of ours while it is checkpointed: there is a good image, or one line; the program, if
 * it lives, goes on and can be checkpointed, and nothing of us stays behind.
 *
 * <p>By default before {@code -Dreprise.phases=N} calls of each mode for each event, chosen by {@code -Dreprise.seed};
 * {@code -Dreprise.long=true}: before every call. {@code -Dreprise.phases.only=REGEX} picks events.
 */
@Isolated("it listens to all calls of this JVM")
class PhasesTest {
    private static final int SAMPLE = Integer.getInteger("reprise.phases", 5);
    private static final long SEED = Long.getLong("reprise.seed", 6);
    private static final String ONLY = System.getProperty("reprise.phases.only", ".*");

    @TempDir
    Path scratch;

    @BeforeEach
    void needRoot() {
        assumeThat(Tasks.isRoot()).as("checkpoints need root").isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void itIsTakenOrNothingHasHappened(FaultMode mode) throws Exception {
        List<String> findings = new ArrayList<>();
        try (PhaseRounds rounds = new PhaseRounds(mode, scratch)) {
            int calls = rounds.calls();
            for (PhaseEvent event : PhaseEvent.values()) {
                if (event.name().matches(ONLY)) {
                    int images = 0;
                    List<Integer> sample = sample(calls);
                    for (int call : sample) {
                        try {
                            images += rounds.round(event, call) ? 1 : 0;
                        } catch (Exception | AssertionError failed) {
                            throw new AssertionError(
                                    event + " before call " + call + " of " + calls + ": " + failed.getMessage(),
                                    failed);
                        }
                    }
                    findings.add(event + " " + images + " of " + sample.size());
                }
            }
            System.out.println(mode + ", " + calls + " calls, images: " + findings);
        }
        assertThat(findings).isNotEmpty();
    }

    private static List<Integer> sample(int calls) {
        Random random = new Random(SEED);
        List<Integer> sample = new ArrayList<>();
        for (int i = 0; i < (Boolean.getBoolean("reprise.long") ? calls : SAMPLE); i++) {
            sample.add(Boolean.getBoolean("reprise.long") ? i + 1 : 1 + random.nextInt(calls));
        }
        return sample;
    }
}
