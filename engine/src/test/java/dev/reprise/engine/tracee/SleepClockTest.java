package dev.reprise.engine.tracee;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which pairs of readings are one sleep. */
class SleepClockTest {
    private static final long NANOS = 7_000_250_000L;

    private final ProcessorClocks clocks = new ProcessorClocks();

    @Test
    void readsWhenItLastRanHowOftenItSleptAndWhere() {
        assertThat(clock('S', 41)).isEqualTo(new SleepClock(NANOS, 41, 1, false));
        assertThat(clock('R', 41)).isEqualTo(new SleepClock(NANOS, 41, 1, true));
    }

    @Test
    void aSleepEndsWithTheSwitchOfTheStop() {
        assertThat(clock('S', 41).sleptUntil(clock('t', 42), clocks)).isNotNegative();
    }

    @Test
    void aThreadThatHasRunMeanwhileTellsNothing() {
        assertThat(clock('S', 41).sleptUntil(clock('t', 43), clocks)).isEqualTo(-1);
        assertThat(clock('S', 41).sleptUntil(clock('t', 41), clocks)).isEqualTo(-1);
    }

    @Test
    void waitingForAProcessorIsNoSleep() {
        assertThat(clock('R', 41).sleptUntil(clock('t', 42), clocks)).isEqualTo(-1);
    }

    @Test
    void aFileWithoutTheLinesTellsNothing() {
        assertThat(SleepClock.parse("a (1, #threads: 1)\n", stat('S'))).isEqualTo(SleepClock.UNKNOWN);
    }

    private static SleepClock clock(char state, long sleeps) {
        String sched = "a) (b (1, #threads: 1)\n---\n"
                + "se.exec_start                                :          7000.250000\n"
                + "nr_switches                                  :                   99\n"
                + "nr_voluntary_switches                        :                   " + sleeps + "\n"
                + "nr_involuntary_switches                      :                    0\n";
        return SleepClock.parse(sched, stat(state));
    }

    // fields 4 to 38 count up from 4, the 39th is the processor
    private static String stat(char state) {
        String fields = IntStream.rangeClosed(4, 38).mapToObj(Integer::toString).collect(Collectors.joining(" "));
        return "17 (a) (b) " + state + " " + fields + " 1 0 0 0\n";
    }
}
