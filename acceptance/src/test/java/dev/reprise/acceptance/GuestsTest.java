package dev.reprise.acceptance;

import java.io.IOException;
import java.util.Comparator;
import java.util.stream.IntStream;
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
 * <p>By default in each way with a checkpoint; {@code -Dreprise.long=true} also proves each time that the guest notices
 * what is broken, and takes the command line where else the library does. {@code -Dreprise.guests=REGEX} and
 * {@code -Dreprise.ways=REGEX} choose some, {@code -Dreprise.times=N} takes each N times.
 */
@Execution(ExecutionMode.CONCURRENT)
class GuestsTest {
    private static final Outcomes OUTCOMES = new Outcomes();
    private static final Sleepers SLEEPERS = new Sleepers(GuestsTest::run);

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("guestsTimesWays")
    @Execution(ExecutionMode.CONCURRENT)
    void guest(Guest guest, Named way) throws IOException, InterruptedException {
        try {
            if (Sleepers.isOne(guest)) {
                SLEEPERS.await(guest, way.way(), way.round());
            } else {
                run(guest, way.way());
            }
            OUTCOMES.add(guest, way.way(), "passed");
        } catch (TestAbortedException skipped) {
            OUTCOMES.add(guest, way.way(), "skipped: " + skipped.getMessage());
            throw skipped;
        } catch (AssertionError failed) {
            OUTCOMES.add(guest, way.way(), "FAILED: " + failed.getMessage());
            throw new AssertionError(guest + ": " + way + ": " + failed.getMessage(), failed);
        }
    }

    static void run(Guest guest, Way way) throws IOException, InterruptedException {
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

    /** A way that is printed in words, for the {@code round}th time. */
    record Named(Way way, int round) {
        @Override
        public String toString() {
            return round == 0 ? way.title() : way.title() + ", " + (round + 1);
        }
    }

    static Stream<Arguments> guestsTimesWays() {
        String guests = System.getProperty("reprise.guests", ".*");
        // That a guest notices what is broken need not be proved each time.
        String usual = Boolean.getBoolean("reprise.long")
                ? ".*"
                : "resume|copy-on-write|twin|restore|pipe|row|pid-namespace|executable|proof|lazy";
        String ways = System.getProperty("reprise.ways", "").isEmpty() ? usual : System.getProperty("reprise.ways", "");
        int times = Integer.getInteger("reprise.times", 1);
        return Guest.all().stream()
                .filter(guest -> guest.name().matches(guests))
                // While others run, those that sleep do.
                .sorted(Comparator.comparing(Sleepers::isOne))
                .flatMap(guest -> Stream.of(Way.values())
                        .filter(way -> way.id().matches(ways))
                        .filter(way -> !guest.optsOutOf(way))
                        .flatMap(way -> IntStream.range(0, times)
                                .mapToObj(round -> new Named(way, round))
                                .peek(named -> SLEEPERS.startIfOne(guest, way, named.round()))
                                .map(named -> Arguments.of(guest, named))))
                .toList()
                .stream();
    }

    @AfterAll
    static void writeSupported() throws IOException {
        SLEEPERS.close();
        OUTCOMES.write(Guest.all());
        boolean selected = !System.getProperty("reprise.guests", ".*").equals(".*")
                || !System.getProperty("reprise.ways", "").isEmpty();
        if (Tasks.isRoot() && !selected) { // a run of a selection says nothing about it
            SupportedPage.check(Guest.all(), OUTCOMES);
        }
    }
}
