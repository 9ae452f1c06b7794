package dev.reprise.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The small files of /proc/PID. */
class ProcTextsTest {
    // From vsize, field 23, on: exit_signal is field 38, exit_code field 52.
    private static final String REST = " 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 17 3 0 0 0 0 0 4 5 6 7 8 9 10 256\n";

    @Test
    void aNameWithParenthesesAndBlanksDoesNotShiftTheFields() {
        ProcStat stat = ProcStat.parse(
                "4711 (a) R (b) S 17 4700 4600 34816 4711 4194560 1 0 0 0 1 2 0 0 20 0 3 0 99887766" + REST);
        assertThat(stat)
                .isEqualTo(new ProcStat(4711, "a) R (b", 'S', 17, 4700, 4600, 34816, 4194560, 99887766, 17, 256));
        assertThat(stat.isKernelThread()).isFalse();
    }

    @Test
    void kernelThreadsAndZombiesAreKnown() {
        assertThat(ProcStat.parse("2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 3" + REST)
                        .isKernelThread())
                .isTrue();
        assertThat(ProcStat.parse("9 (x) Z 1 9 9 0 -1 4 0 0 0 0 0 0 0 0 20 0 1 0 3" + REST)
                        .isZombie())
                .isTrue();
    }

    @Test
    void timersOfEveryNotificationAreRead() {
        assertThat(ProcTimers.parse("""
                        ID: 5
                        signal: 0/ffffffffffffffff
                        notify: none/pid.4711
                        ClockID: -37690
                        ID: 6
                        signal: 64/0000000000000000
                        notify: signal/tid.4712
                        ClockID: -2
                        ID: 7
                        signal: 14/0000000000000000
                        notify: thread/pid.4711
                        ClockID: -6
                        ID: 0
                        signal: 34/0000000123456789
                        notify: signal/pid.4711
                        ClockID: 1
                        """))
                .containsExactly(
                        new ProcTimers.Timer(0, 34, 0x123456789L, Clock.SIGEV_SIGNAL, 4711, 1),
                        new ProcTimers.Timer(5, 0, -1, Clock.SIGEV_NONE, 4711, -37690),
                        new ProcTimers.Timer(6, 64, 0, Clock.SIGEV_THREAD_ID, 4712, 3),
                        new ProcTimers.Timer(7, 14, 0, Clock.SIGEV_THREAD, 4711, 2));
        assertThat(ProcTimers.parse("")).isEmpty();
    }

    @Test
    void offsetsOfClocksAreReadAndWrittenWithTheirSign() {
        TimeNamespace offsets =
                TimeNamespace.parse("monotonic           -2 500000000\nboottime       86400         7\n");
        assertThat(offsets).isEqualTo(new TimeNamespace(-1_500_000_000L, 86_400_000_000_007L));
        assertThat(TimeNamespace.parse(offsets.text())).isEqualTo(offsets);
        assertThat(offsets.text()).startsWith("monotonic -2 500000000\n");
    }
}
