package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_chdir;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ChildRun;
import dev.reprise.engine.rebuild.FsContextRebuild;
import dev.reprise.engine.rebuild.LimitsRebuild;
import dev.reprise.engine.rebuild.ProcessRebuild;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Credentials;
import dev.reprise.image.state.FsContext;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.Interruption;
import dev.reprise.image.state.IntervalTimer;
import dev.reprise.image.state.Machine;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PosixTimer;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.Registers;
import dev.reprise.image.state.ResourceLimit;
import dev.reprise.image.state.RobustList;
import dev.reprise.image.state.RseqArea;
import dev.reprise.image.state.Scheduling;
import dev.reprise.image.state.SharedObject;
import dev.reprise.image.state.SignalAction;
import dev.reprise.image.state.SignalHandlers;
import dev.reprise.image.state.SignalStack;
import dev.reprise.image.state.TaskModes;
import dev.reprise.image.state.TaskState;
import dev.reprise.kernel.Clock;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStatus;
import dev.reprise.kernel.ProcTimers;
import dev.reprise.kernel.Signal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was made by {@link ProcessRebuild} in a process is captured from it. */
class ProcessRoundTripTest {
    private static final int PID = 1; // only compared with the session's and the group's
    private static final ObjectId HANDLERS = new ObjectId(1);
    private static final long HOUR = 3600L;

    private final List<PosixTimer> timers = new ArrayList<>();
    private final List<IntervalTimer> intervals = new ArrayList<>();
    private final List<ResourceLimit> limits = new ArrayList<>();
    private final List<SignalAction> actions = new ArrayList<>();
    private final AtomicReference<LimitsRebuild> limitsRebuild = new AtomicReference<>();
    private int uid;

    @BeforeEach
    void needsRoot() throws KernelException {
        int self = (int) ProcessHandle.current().pid();
        assumeTrue(ProcStatus.of(self, self).userIds()[1] == 0, "only root may set other ids");
    }

    @Test
    void dispositionsComeBackAndAllOthersAreDefault() throws KernelException {
        actions.add(new SignalAction(1, 1, 0, 0, 0));
        actions.add(new SignalAction(10, 0x555500, 0x1c000004L, 0x555600, 1L << 63 | 6));
        actions.add(new SignalAction(17, 0, 2, 0, 0)); // default with SA_NOCLDWAIT
        actions.add(new SignalAction(64, 0x555500, 0x04000000L, 0x555600, 0));
        assertThat(roundTrip().inside().actions()).containsExactlyElementsOf(actions);
    }

    @Test
    void timersKeepIdGapsClocksNotificationAndTime() throws KernelException {
        long hour = HOUR * Clock.NANOS;
        timers.add(new PosixTimer(0, Clock.CLOCK_MONOTONIC, Clock.SIGEV_SIGNAL, 34, 0x123456789L, 0, 7, hour, 0));
        timers.add(new PosixTimer(5, Clock.CLOCK_REALTIME, Clock.SIGEV_NONE, 0, 0, 0, 0, hour, 0));
        timers.add(new PosixTimer(77, Clock.CLOCK_PROCESS_CPUTIME_ID, Clock.SIGEV_SIGNAL, 14, -1, 0, 0, hour, 0));
        timers.add(new PosixTimer(78, Clock.CLOCK_THREAD_CPUTIME_ID, Clock.SIGEV_SIGNAL, 14, 1, 0, 0, hour, 0));
        timers.add(new PosixTimer(1000, Clock.CLOCK_BOOTTIME, Clock.SIGEV_SIGNAL, 64, 2, 0, hour, hour, 0));
        timers.add(new PosixTimer(1001, Clock.CLOCK_BOOTTIME, Clock.SIGEV_SIGNAL, 64, 3, 0, 0, 0, 0));
        uid = 1000;
        Found found = roundTrip();
        assertThat(found.state().posixTimers())
                .usingRecursiveFieldByFieldElementComparatorIgnoringFields("remainingNanos")
                .containsExactlyElementsOf(timers);
        for (PosixTimer timer : found.state().posixTimers()) {
            long least = timer.timerId() == 1001 ? 0 : hour - 10 * Clock.NANOS;
            assertThat(timer.remainingNanos()).isBetween(least, timer.timerId() == 1001 ? 0 : hour);
        }
    }

    @Test
    void intervalTimersComeBack() throws KernelException {
        long hour = HOUR * Clock.MICROS;
        intervals.add(new IntervalTimer(0, 0, hour));
        intervals.add(new IntervalTimer(1, 3_000_001, hour));
        intervals.add(new IntervalTimer(2, hour, hour));
        List<IntervalTimer> found = roundTrip().state().intervalTimers();
        assertThat(found)
                .usingRecursiveFieldByFieldElementComparatorIgnoringFields("remainingMicros")
                .containsExactlyElementsOf(intervals);
        assertThat(found)
                .allSatisfy(timer ->
                        assertThat(timer.remainingMicros()).isBetween(hour - 10 * Clock.MICROS, hour + 10_000));
    }

    @Test
    void limitsComeBackAndWhatCannotBeRaisedIsSaid() throws KernelException {
        limits.add(new ResourceLimit(7, 100, 200));
        limits.add(new ResourceLimit(4, 0, 0));
        limits.add(new ResourceLimit(11, 3, 5));
        Found found = roundTrip();
        assertThat(found.state().limits()).containsAll(limits);
        assertThat(found.warnings()).isEmpty();
    }

    @Test
    void aHardLimitThatCannotBeRaisedIsSaid() throws KernelException {
        // Nobody may have more than fs.nr_open, whatever the capabilities.
        limits.add(new ResourceLimit(7, 1L << 40, 1L << 40));
        Found found = roundTrip();
        assertThat(found.warnings()).singleElement().asString().startsWith("RLIMIT_NOFILE was 1099511627776");
        ResourceLimit lower = found.state().limits().get(7);
        assertThat(lower.soft()).isEqualTo(lower.hard()).isPositive();
    }

    @Test
    void subreaperDumpableAndOomScoreComeBack() throws KernelException {
        Found found = roundTrip();
        assertThat(found.inside().childSubreaper()).isTrue();
        assertThat(found.inside().dumpable()).isZero();
        assertThat(found.state().oomScoreAdj()).isEqualTo(321);
        assertThat(found.inside().unsupported()).isEmpty();
    }

    @Test
    void rootDirectoryAndUmaskComeBack(@TempDir Path directory) throws Exception {
        Path inner = Files.createDirectory(directory.resolve("in ner"));
        FsContext context = new FsContext(ObjectId.NONE, directory.toString(), inner.toString(), 0127);
        try (ChildRun child = new ChildRun(p -> FsContextRebuild.add(p, context))) {
            FsContext found =
                    FsContextCapture.take(child.pid(), ObjectId.NONE, ProcStatus.of(child.pid(), child.pid()));
            assertThat(found.root()).isEqualTo(context.root());
            assertThat(found.workingDirectory().path()).isEqualTo(inner.toString());
            assertThat(found.umask()).isEqualTo(context.umask());
            assertThat(PathLook.look(child.pid())).isEmpty();
        }
    }

    @Test
    void aDeletedWorkingDirectoryIsMadeAgain(@TempDir Path directory) throws Exception {
        Path gone = Files.createDirectory(directory.resolve("gone"));
        try (ChildRun child = new ChildRun(p -> p.call(SYS_chdir, p.string(gone.toString())))) {
            Files.delete(gone);
            assertThat(PathLook.look(child.pid())).isEmpty();
            FsContext removed =
                    FsContextCapture.take(child.pid(), ObjectId.NONE, ProcStatus.of(child.pid(), child.pid()));
            try (ChildRun again = new ChildRun(p -> FsContextRebuild.add(p, removed))) {
                assertThat(Proc.link("/proc/" + again.pid() + "/cwd")).isEqualTo(gone + " (deleted)");
                assertThat(gone).doesNotExist();
            }
        }
    }

    @Test
    void aSegmentOfTheLocalDescriptorTableIsRefused() throws KernelException {
        AtomicReference<ProcessProbe> probe = new AtomicReference<>();
        try (ChildRun child = new ChildRun(p -> {
            // struct user_desc: entry_number, base_addr, limit, bits
            p.call(154, Arg.of(1), p.ints(0, 0x1000, 0xfff, 0x41), Arg.of(16));
            probe.set(new ProcessProbe(p, List.of()));
        })) {
            assertThat(probe.get().read(child).unsupported())
                    .singleElement()
                    .asString()
                    .contains("modify_ldt");
        }
    }

    private record Found(ProcessState state, ProcessProbe.Inside inside, List<String> warnings) {}

    private Found roundTrip() throws KernelException {
        ProcessState wanted = process();
        Image image =
                new Image(machine(), List.<SharedObject>of(new SignalHandlers(HANDLERS, actions)), List.of(wanted));
        AtomicReference<ProcessProbe> probe = new AtomicReference<>();
        try (ChildRun child = new ChildRun(p -> {
            ProcessRebuild.leave(p, wanted.sessionId() == wanted.pid());
            LimitsRebuild.makeRoom(p, wanted.limits(), 50);
            ProcessRebuild.begin(p, wanted);
            ProcessRebuild.prepare(p, image, wanted, true);
            limitsRebuild.set(ProcessRebuild.finish(p, wanted, 0));
            probe.set(new ProcessProbe(p, asListed()));
        })) {
            int pid = child.pid();
            assertThat(ProcTimers.of(pid))
                    .usingRecursiveFieldByFieldElementComparatorIgnoringFields("target")
                    .containsExactlyElementsOf(asListed());
            ProcessProbe.Inside inside = probe.get().read(child);
            ProcessState state = ProcessCapture.take(
                    Member.alone(pid),
                    new IdLevel(0),
                    FrozenStatuses.of(List.of()),
                    inside,
                    new ProcessCapture.Objects(
                            ObjectId.NONE, ObjectId.NONE, ObjectId.NONE, HANDLERS, ObjectId.NONE, ObjectId.NONE),
                    List.of(),
                    false,
                    false,
                    List.of(leader(pid)));
            return new Found(state, inside, limitsRebuild.get().warnings(child));
        }
    }

    private List<ProcTimers.Timer> asListed() {
        return timers.stream()
                .map(t -> new ProcTimers.Timer(t.timerId(), t.signal(), t.value(), t.notification(), 0, t.clockId()))
                .toList();
    }

    private ProcessState process() {
        return new ProcessState(
                PID,
                0,
                0,
                0,
                0,
                Signal.SIGCHLD,
                ProcessState.ALIVE,
                ObjectId.NONE,
                ObjectId.NONE,
                ObjectId.NONE,
                HANDLERS,
                List.of(),
                intervals,
                timers,
                limits,
                321,
                true,
                false,
                List.of(leader(PID)));
    }

    private TaskState leader(int tid) {
        return new TaskState(
                tid,
                List.of(),
                Bytes.of((byte) 'x'),
                Registers.of(new long[Registers.WORDS]),
                Bytes.empty(),
                new Interruption.None(),
                0,
                List.of(),
                new SignalStack(0, 2, 0),
                new RobustList(0, 24),
                RseqArea.NONE,
                0,
                new Credentials(uid, uid, uid, uid, 0, 0, 0, 0, List.of(), 0, 0, 0, 0, 0, 0, false),
                new Scheduling(0, 0, 0, 0, 0, 0, 0, Bytes.empty(), 0, 50_000),
                0,
                0,
                TaskModes.DEFAULT);
    }

    private static Machine machine() {
        return new Machine("x86-64", 4096, "6.18", 7, Bytes.empty(), "boot", 0, 0, 0, 0, 0);
    }
}
