package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rt_sigtimedwait;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_timer_gettime;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ChildRun;
import dev.reprise.engine.program.Slot;
import dev.reprise.image.state.PendingSignal;
import dev.reprise.image.state.PosixTimer;
import dev.reprise.kernel.Clock;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Signal;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class TimersRebuildTest {
    private static final long MINUTE = 60 * Clock.NANOS;
    private static final int SIGNAL = 40;
    private static final int SI_TIMER = -2;

    @Test
    void aTimerThatHasExpiredSendsItsSignalWithAllOverruns() throws KernelException {
        for (int clock : new int[] {Clock.CLOCK_MONOTONIC, Clock.CLOCK_REALTIME, Clock.CLOCK_BOOTTIME}) {
            // With fractions that are nearly a second, so that one of the subtractions borrows.
            Taken taken = take(clock, -(1 * Clock.NANOS + 999_999_999));
            assertThat(taken.code).isEqualTo(SI_TIMER);
            assertThat(taken.overruns).isBetween(1999, 1999 + 60_000);
            assertThat(taken.interval).isEqualTo(Clock.NANOS / 1000);
        }
    }

    @Test
    void anExpiryBeforeTheClockBeganIsAtLeastASignal() throws KernelException {
        Taken taken = take(Clock.CLOCK_MONOTONIC, -1_000_000 * MINUTE);
        assertThat(taken.code).isEqualTo(SI_TIMER);
        assertThat(taken.overruns).isLessThan(60_000);
    }

    private record Taken(int code, int overruns, long interval) {}

    private static Taken take(int clock, long remaining) throws KernelException {
        PosixTimer timer = new PosixTimer(3, clock, Clock.SIGEV_SIGNAL, SIGNAL, 7, 0, Clock.NANOS / 1000, remaining, 0);
        AtomicReference<Slot> info = new AtomicReference<>();
        AtomicReference<Slot> state = new AtomicReference<>();
        try (ChildRun child = new ChildRun(p -> {
            TimersRebuild.create(p, List.of(timer));
            TimersRebuild.start(p, List.of(timer), List.of());
            info.set(p.space(PendingSignal.SIZE));
            p.call(
                    SYS_rt_sigtimedwait,
                    p.longs(1L << SIGNAL - 1),
                    info.get(),
                    p.longs(10, 0),
                    Arg.of(Signal.SIGSET_SIZE));
            state.set(p.longs(0, 0, 0, 0));
            p.call(SYS_timer_gettime, Arg.of(3), state.get());
        })) {
            return new Taken(
                    child.slot(info.get()).get(JAVA_INT, 8),
                    child.slot(info.get()).get(JAVA_INT, 20),
                    child.slot(state.get()).get(JAVA_LONG, 8));
        }
    }
}
