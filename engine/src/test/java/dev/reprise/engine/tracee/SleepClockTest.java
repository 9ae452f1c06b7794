package dev.reprise.engine.tracee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.kernel.x86_64.UserRegs;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which pairs of readings are one sleep. */
class SleepClockTest {
    private static final long NANOS = 7_000_250_000L;

    private static final String CALL = "232 0x4 0x7ffd00001000 0x40 0xfa0 0x0 0x8 0x7ffd00000ff0 0x7f1c00000002";
    private static final long[] REGISTERS = registers();

    private final ProcessorClocks clocks = new ProcessorClocks();

    @Test
    void readsWhenItLastRanHowOftenItSleptAndWhere() {
        assertThat(clock('S', 41)).isEqualTo(new SleepClock(NANOS, 0, 41, 1, false, CALL));
        assertThat(clock('R', 41)).isEqualTo(new SleepClock(NANOS, 0, 41, 1, true, CALL));
    }

    @Test
    void aSleepEndsWithTheSwitchOfTheStop() {
        assertThat(clock('S', 41).sleptUntil(clock('t', 42), REGISTERS, clocks)).isNotNegative();
    }

    /** Seen in every thousandth reading under load: the sleep ended at once, since the time of the boot on counted. */
    @Test
    void aSleeperThatWasMovedHasSleptSinceThen() {
        SleepClock moved = SleepClock.parse(sched("0.000000", 7_000_250_000L, 41), stat('S'), CALL);
        long slept = moved.sleptUntil(clock('t', 42), REGISTERS, clocks);
        assertThat(slept).matches(time -> clocks.areAlike(1) ? time > 0 && time < clocks.now(1) : time == -1);
    }

    @Test
    void aSleeperThatWasMovedUnknownWhenTellsNothing() {
        SleepClock unknown = SleepClock.parse(sched("0.000000", 0, 41), stat('S'), CALL);
        assertThat(unknown.sleptUntil(clock('t', 42), REGISTERS, clocks)).isEqualTo(-1);
    }

    @Test
    void aThreadThatHasRunMeanwhileTellsNothing() {
        assertThat(clock('S', 41).sleptUntil(clock('t', 43), REGISTERS, clocks)).isEqualTo(-1);
        assertThat(clock('S', 41).sleptUntil(clock('t', 41), REGISTERS, clocks)).isEqualTo(-1);
    }

    @Test
    void aThreadThatHasLeftOneCallForAnotherTellsNothing() {
        long[] other = REGISTERS.clone();
        other[UserRegs.R10]++;
        assertThat(clock('S', 41).sleptUntil(clock('t', 42), other, clocks)).isEqualTo(-1);
    }

    private static long[] registers() {
        long[] registers = new long[27];
        registers[UserRegs.ORIG_RAX] = 232;
        registers[UserRegs.RDI] = 4;
        registers[UserRegs.RSI] = 0x7ffd00001000L;
        registers[UserRegs.RDX] = 0x40;
        registers[UserRegs.R10] = 4000;
        registers[UserRegs.R9] = 8;
        registers[UserRegs.RSP] = 0x7ffd00000ff0L;
        registers[UserRegs.RIP] = 0x7f1c00000002L;
        return registers;
    }

    @Test
    void waitingForAProcessorIsNoSleep() {
        assertThat(clock('R', 41).sleptUntil(clock('t', 42), REGISTERS, clocks)).isEqualTo(-1);
    }

    @Test
    void aFileWithoutTheLinesTellsNothing() {
        assertThat(SleepClock.parse("a (1, #threads: 1)\n", stat('S'), CALL)).isEqualTo(SleepClock.UNKNOWN);
    }

    private static SleepClock clock(char state, long sleeps) {
        return SleepClock.parse(sched("7000.250000", 0, sleeps), stat(state), CALL);
    }

    private static String sched(String lastRan, long lastMoved, long sleeps) {
        return "a) (b (1, #threads: 1)\n---\n"
                + "se.exec_start                                :          " + lastRan + "\n"
                + "nr_switches                                  :                   99\n"
                + "nr_voluntary_switches                        :                   " + sleeps + "\n"
                + "nr_involuntary_switches                      :                    0\n"
                + (lastMoved == 0 ? "" : "se.avg.last_update_time                      : " + lastMoved + "\n");
    }

    // fields 4 to 38 count up from 4, the 39th is the processor
    private static String stat(char state) {
        String fields = IntStream.rangeClosed(4, 38).mapToObj(Integer::toString).collect(Collectors.joining(" "));
        return "17 (a) (b) " + state + " " + fields + " 1 0 0 0\n";
    }
}
