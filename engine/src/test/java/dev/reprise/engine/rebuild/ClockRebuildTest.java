package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_clock_gettime;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ChildRun;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Machine;
import dev.reprise.kernel.Clock;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStatus;
import dev.reprise.kernel.TimeNamespace;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ClockRebuildTest {
    private static final long DAY = 86_400 * Clock.NANOS;

    @Test
    void onTheSameBootAProcessKeepsItsOffsets() {
        ClockRebuild.Here here = new ClockRebuild.Here("a", 7 * DAY, 8 * DAY, TimeNamespace.NONE);
        assertThat(ClockRebuild.wanted(machine("a", 5, 6), here)).isEqualTo(new TimeNamespace(5, 6));
    }

    @Test
    void onAnotherBootTimeGoesOnWhereItWas() {
        ClockRebuild.Here here = new ClockRebuild.Here("b", 1 * DAY, 20 * DAY, TimeNamespace.NONE);
        // The program saw day 3 + 5 ns and day 4 + 6 ns.
        assertThat(ClockRebuild.wanted(machine("a", 5, 6), here))
                .isEqualTo(new TimeNamespace(2 * DAY + 5, -16 * DAY + 6));
    }

    @Test
    void aProcessEntersItsNewTime() throws KernelException {
        int self = (int) ProcessHandle.current().pid();
        assumeTrue(ProcStatus.of(self, self).userIds()[1] == 0, "CAP_SYS_TIME");
        ClockRebuild.Here here = ClockRebuild.Here.now();
        TimeNamespace wanted = ClockRebuild.wanted(machine("another boot", 0, 0), here);
        AtomicReference<Slot> monotonic = new AtomicReference<>();
        AtomicReference<Slot> boottime = new AtomicReference<>();
        try (ChildRun child = new ChildRun(p -> {
            ClockRebuild.add(p, wanted, here);
            monotonic.set(clock(p, Clock.CLOCK_MONOTONIC));
            boottime.set(clock(p, Clock.CLOCK_BOOTTIME));
        })) {
            assertThat(nanos(child.slot(monotonic.get()))).isBetween(3 * DAY, 3 * DAY + 60 * Clock.NANOS);
            assertThat(nanos(child.slot(boottime.get()))).isBetween(4 * DAY, 4 * DAY + 60 * Clock.NANOS);
            assertThat(TimeNamespace.of(Integer.toString(child.pid()))).isEqualTo(wanted);
            assertThat(Proc.link("/proc/" + child.pid() + "/ns/time")).isNotEqualTo(Proc.link("/proc/self/ns/time"));
        }
    }

    @Test
    void nothingIsDoneWhereTheOffsetsAreRightAlready() {
        ProgramBuilder p = new ProgramBuilder();
        TimeNamespace own = new TimeNamespace(1, 2);
        ClockRebuild.add(p, own, new ClockRebuild.Here("a", 0, 0, own));
        assertThat(p.size()).isZero();
    }

    private static Slot clock(ProgramBuilder p, int clock) {
        Slot time = p.longs(0, 0);
        p.call(SYS_clock_gettime, Arg.of(clock), time);
        return time;
    }

    private static long nanos(java.lang.foreign.MemorySegment time) {
        return time.get(JAVA_LONG, 0) * Clock.NANOS + time.get(JAVA_LONG, 8);
    }

    private static Machine machine(String bootId, long monotonicOffset, long boottimeOffset) {
        return new Machine(
                "x86-64", 4096, "6.18", 7, Bytes.empty(), bootId, 3 * DAY, 4 * DAY, 0, monotonicOffset, boottimeOffset);
    }
}
