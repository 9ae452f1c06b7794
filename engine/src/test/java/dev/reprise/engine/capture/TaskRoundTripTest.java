package dev.reprise.engine.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.reprise.engine.program.ChildRun;
import dev.reprise.engine.rebuild.ThreadRebuild;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Credentials;
import dev.reprise.image.state.Interruption;
import dev.reprise.image.state.Registers;
import dev.reprise.image.state.RobustList;
import dev.reprise.image.state.RseqArea;
import dev.reprise.image.state.Scheduling;
import dev.reprise.image.state.SignalStack;
import dev.reprise.image.state.TaskModes;
import dev.reprise.image.state.TaskState;
import dev.reprise.kernel.ProcStatus;
import dev.reprise.kernel.Sched;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What was made by {@link ThreadRebuild} in a process is captured from it, field for field. */
class TaskRoundTripTest {
    private static final long CHOWN_AND_KILL = 1 | 1 << 5;
    private static final Registers NO_REGISTERS = Registers.of(new long[Registers.WORDS]);
    private static final TaskCapture.Traced TRACED =
            new TaskCapture.Traced(NO_REGISTERS, Bytes.empty(), new Interruption.None(), 0, List.of(), RseqArea.NONE);

    private long bounding;

    @BeforeEach
    void needsRoot() throws Exception {
        int self = (int) ProcessHandle.current().pid();
        assumeTrue(ProcStatus.of(self, self).userIds()[1] == 0, "only root may set other ids");
        bounding = ProcStatus.of(self, self).capabilities("Bnd");
    }

    @Test
    void anOrdinaryUserWithGroupsComesBack() throws Exception {
        check(with(new Credentials(
                1000,
                1000,
                1000,
                1000,
                1001,
                1001,
                1001,
                1001,
                List.of(4, 24, 1001, 70000),
                0,
                0,
                0,
                bounding,
                0,
                0,
                false)));
    }

    @Test
    void fourDifferentIdsComeBack() throws Exception {
        check(with(new Credentials(
                1000, 1001, 1002, 1001, 2000, 2001, 2002, 2001, List.of(), 0, 0, 0, bounding, 0, 0, true)));
        check(with(new Credentials(
                1000, 1001, 1002, 1003, 2000, 2001, 2002, 2003, List.of(1), 0, 0, 0, bounding, 0, 0, true)));
    }

    @Test
    void capabilitiesOfAUserComeBackWithAmbientAndSecurebits() throws Exception {
        check(with(new Credentials(
                1000,
                1000,
                1000,
                1000,
                1000,
                1000,
                1000,
                1000,
                List.of(),
                CHOWN_AND_KILL | 2,
                CHOWN_AND_KILL | 4,
                1,
                bounding & ~0xf0L,
                CHOWN_AND_KILL,
                0x2f,
                true)));
    }

    @Test
    void keptCapabilitiesAndAHighBitComeBack() throws Exception {
        long high = 1L << 40 | 1L << 38;
        check(with(new Credentials(5, 5, 5, 5, 6, 6, 6, 6, List.of(), high, high, 1L << 40, bounding, 0, 0x10, false)));
    }

    @Test
    void rootComesBackAsItWas() throws Exception {
        check(with(root()));
    }

    @Test
    void aRootWithoutCapabilitiesComesBack() throws Exception {
        check(with(new Credentials(0, 0, 0, 0, 0, 0, 0, 0, List.of(0), 0, 0, 0, 0, 0, 0, false)));
    }

    @Test
    void everySchedulingPolicyComesBack() throws Exception {
        Bytes first = Bytes.of((byte) 1);
        check(with(new Scheduling(Sched.SCHED_OTHER, 0, 7, 0, 0, 0, 0, first, 2 << 13 | 6, 123_456)));
        check(with(new Scheduling(Sched.SCHED_OTHER, 1, -5, 0, 20_000_000, 0, 0, Bytes.empty(), 3 << 13, 50_000)));
        check(with(new Scheduling(Sched.SCHED_BATCH, 1, 3, 0, 0, 0, 0, Bytes.empty(), 0, 50_000)));
        check(with(new Scheduling(Sched.SCHED_IDLE, 0, 0, 0, 0, 0, 0, Bytes.empty(), 1 << 13 | 4, 1)));
        check(with(new Scheduling(Sched.SCHED_FIFO, 0, 4, 17, 0, 0, 0, first, 0, 0)));
        check(with(new Scheduling(Sched.SCHED_RR, 1, 0, 99, 0, 0, 0, Bytes.empty(), 0, 0)));
        check(with(
                new Scheduling(Sched.SCHED_DEADLINE, 0, 0, 0, 1_000_000, 10_000_000, 20_000_000, Bytes.empty(), 0, 0)));
    }

    @Test
    void nameStackListAddressesPersonalityAndDeathSignalComeBack() throws Exception {
        check(new TaskState(
                0,
                List.of(),
                name("a\nb)\t\u00e9 \\"),
                NO_REGISTERS,
                Bytes.empty(),
                new Interruption.None(),
                0,
                List.of(),
                new SignalStack(0x10000, 1 << 31, 0x10000),
                new RobustList(0x123450, 24),
                RseqArea.NONE,
                0x77770,
                root(),
                ordinary(),
                15,
                0x0040000,
                new TaskModes(true, false, 2, false)));
    }

    private Credentials root() {
        return new Credentials(0, 0, 0, 0, 0, 0, 0, 0, List.of(), 0, bounding, bounding, bounding, 0, 0, false);
    }

    private static Scheduling ordinary() {
        return new Scheduling(0, 0, 0, 0, 0, 0, 0, Bytes.empty(), 0, 50_000);
    }

    private static Bytes name(String name) {
        return Bytes.of(name.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static TaskState with(Credentials credentials) {
        return task(credentials, ordinary());
    }

    private TaskState with(Scheduling scheduling) {
        return task(root(), scheduling);
    }

    private static TaskState task(Credentials credentials, Scheduling scheduling) {
        return new TaskState(
                0,
                List.of(),
                name("guest"),
                NO_REGISTERS,
                Bytes.empty(),
                new Interruption.None(),
                0,
                List.of(),
                new SignalStack(0, 2, 0),
                new RobustList(0, 24),
                RseqArea.NONE,
                0,
                credentials,
                scheduling,
                0,
                0,
                TaskModes.DEFAULT);
    }

    private static void check(TaskState wanted) throws Exception {
        AtomicReference<ThreadProbe> probe = new AtomicReference<>();
        try (ChildRun child = new ChildRun(p -> {
            ThreadRebuild.add(p, 0, wanted);
            int before = p.size();
            probe.set(new ThreadProbe(p));
            assertThat(p.size() - before).isLessThan(16);
        })) {
            ThreadProbe.Inside inside = probe.get().read(child);
            TaskState found = TaskCapture.take(
                    ProcStatus.of(child.pid(), child.pid()),
                    child.pid(),
                    new IdLevel(0),
                    TRACED,
                    inside,
                    new SchedulingCapture());
            assertThat(found.tid()).isEqualTo(child.pid());
            assertThat(found).usingRecursiveComparison().ignoringFields("tid").isEqualTo(wanted);
            assertThat(inside.unsupported()).isEmpty();
        }
    }
}
