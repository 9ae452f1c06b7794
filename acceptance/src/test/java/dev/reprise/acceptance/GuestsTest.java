package dev.reprise.acceptance;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;

/**
 * Every guest in every way.
 *
 * <p>By default each guest runs on after a checkpoint, is restored in a new pid namespace, and executed; {@code -Dreprise.long=true}
 * takes every way. {@code -Dreprise.guests=REGEX} and {@code -Dreprise.ways=REGEX} choose some.
 */
@Execution(ExecutionMode.CONCURRENT)
class GuestsTest {
    private static final Outcomes OUTCOMES = new Outcomes();

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("guestsTimesWays")
    @Execution(ExecutionMode.CONCURRENT)
    void guest(Guest guest, Named way) throws IOException, InterruptedException {
        try {
            run(guest, way.way());
            OUTCOMES.add(guest, way.way(), "passed");
        } catch (TestAbortedException skipped) {
            OUTCOMES.add(guest, way.way(), "skipped: " + skipped.getMessage());
            throw skipped;
        } catch (AssertionError failed) {
            OUTCOMES.add(guest, way.way(), "FAILED: " + failed.getMessage());
            throw new AssertionError(guest + ": " + way + ": " + failed.getMessage(), failed);
        }
    }

    private static void run(Guest guest, Way way) throws IOException, InterruptedException {
        if (way.compareTo(Way.RESUME) >= 0 && !Tasks.isRoot()) {
            throw new TestAbortedException("checkpoints need root");
        }
        try (RunningGuest running = RunningGuest.start(guest)) {
            Journey.travel(way, running);
        } catch (TestAbortedException skipped) {
            if (Tasks.isRoot() && !ExpectedSkips.contain(guest, way)) {
                throw new AssertionError("skipped, but not in acceptance/expected-skips.txt: " + skipped.getMessage());
            }
            throw skipped;
        }
    }

    /** A way that is printed in words. */
    record Named(Way way) {
        @Override
        public String toString() {
            return way.title();
        }
    }

    // They sleep for seconds and are exact to less than one: for the long form, on a machine that has nothing else to
    // do.
    private static boolean isTimed(Guest guest) {
        return guest.name().startsWith("blocked");
    }

    static Stream<Arguments> guestsTimesWays() {
        String guests = System.getProperty("reprise.guests", ".*");
        // That a guest notices what is broken need not be proved each time.
        String usual = Boolean.getBoolean("reprise.long") ? ".*" : "resume|pid-namespace|executable";
        String ways = System.getProperty("reprise.ways", "").isEmpty() ? usual : System.getProperty("reprise.ways", "");
        return Guest.all().stream()
                .filter(guest -> guest.name().matches(guests))
                .filter(guest -> !isTimed(guest) || Boolean.getBoolean("reprise.long"))
                .flatMap(guest -> Stream.of(Way.values())
                        .filter(way -> way.id().matches(ways))
                        .filter(way -> !guest.optOuts().containsKey(way.id()))
                        .map(way -> Arguments.of(guest, new Named(way))));
    }

    @AfterAll
    static void writeSupported() throws IOException {
        OUTCOMES.write(Guest.all());
        if (Tasks.isRoot()) {
            SupportedPage.check(Guest.all(), OUTCOMES);
        }
    }
}
