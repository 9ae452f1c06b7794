package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_shmdt;

import dev.reprise.engine.model.Refusal;
import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.tracee.Departure;
import dev.reprise.engine.tracee.ForestFreeze;
import dev.reprise.engine.tracee.ForestTakeover;
import dev.reprise.engine.tracee.Freeze;
import dev.reprise.engine.tracee.RestartedSleeps;
import dev.reprise.engine.tracee.SegmentSweep;
import dev.reprise.engine.tracee.Takeover;
import dev.reprise.engine.tracee.Tracee;
import dev.reprise.engine.tracee.XsaveLayout;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.RseqArea;
import dev.reprise.image.state.TaskState;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.IpcResidence;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mapping;
import dev.reprise.kernel.ProcTimers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A frozen process that has told about itself: what its probes found, thread by thread.
 *
 * <p>The host asks for the process and itself, every other thread for itself; they come back at once.
 */
final class FrozenProcess {
    private final Member member;
    private final Freeze freeze;
    private final Takeover takeover;
    private final Map<Tracee, ThreadProbe.Inside> threads = new LinkedHashMap<>();
    private final PendingTimers pendingTimers;
    private final Set<Integer> unheard;
    private ProcessProbe.Inside process;
    private final AddressSpaceProbe.Found addressSpace;
    private final UtsProbe.Names uts;
    private final @Nullable OpenNumbers numbers;
    private final Map<Long, Integer> policies;
    private final SemaphoreUndos.Found undos;

    private FrozenProcess(
            Member member,
            Freeze freeze,
            Takeover takeover,
            ProcessProbe.Inside process,
            AddressSpaceProbe.Found addressSpace,
            UtsProbe.Names uts,
            @Nullable OpenNumbers numbers,
            Map<Long, Integer> policies,
            SemaphoreUndos.Found undos,
            Set<Integer> unheard) {
        this.member = member;
        this.freeze = freeze;
        this.takeover = takeover;
        pendingTimers = new PendingTimers(freeze, takeover);
        this.process = process;
        this.addressSpace = addressSpace;
        this.uts = uts;
        this.numbers = numbers;
        this.policies = policies;
        this.undos = undos;
        this.unheard = unheard;
    }

    /** Enters all processes of a set and asks everybody in them; afterwards only the hosts are in their segments. */
    static List<FrozenProcess> ask(List<Member> members, ForestFreeze freeze, ForestTakeover forest)
            throws KernelException, CannotCapture {
        List<Question> questions = new ArrayList<>(members.size());
        Map<String, List<SemaphoreUndos.Semaphore>> semaphores = new HashMap<>();
        for (Member member : members) {
            Question question = new Question(
                    member,
                    freeze.process(member.pid()),
                    forest.of(member.pid()),
                    semaphores(forest.residences().of(member.tid()), semaphores),
                    members,
                    freeze);
            questions.add(question);
        }
        begin(questions);
        List<FrozenProcess> frozen = new ArrayList<>(members.size());
        for (Question question : questions) {
            FrozenProcess process = question.answer();
            process.askOthers();
            process.process = process.process.withUndos(SemaphoreUndos.of(process.takeover, process.undos));
            frozen.add(process);
        }
        return frozen;
    }

    // Each step by all: while one is on its way, so are the others.
    private static void begin(List<Question> questions) throws KernelException, CannotCapture {
        boolean begun = false;
        try {
            for (Question question : questions) {
                question.approach();
            }
            for (Question question : questions) {
                question.inject();
            }
            for (Question question : questions) {
                question.arrive();
            }
            begun = true;
        } finally {
            if (!begun) {
                questions.forEach(Question::settle);
            }
        }
    }

    private static List<SemaphoreUndos.Semaphore> semaphores(
            IpcResidence residence, Map<String, List<SemaphoreUndos.Semaphore>> known) throws KernelException {
        List<SemaphoreUndos.Semaphore> its = known.get(residence.name());
        if (its == null) {
            try (IpcResidence.Stay _ = residence.enter()) {
                its = SemaphoreUndos.semaphores();
            }
            known.put(residence.name(), its);
        }
        return its;
    }

    /** What a process's host is asked when it enters. */
    private static final class Question {
        private final Member member;
        private final Freeze freeze;
        private final Takeover takeover;
        private final Program program;
        private final ProcessProbe process;
        private final AddressSpaceProbe space;
        private final UtsProbe uts;
        private final XsaveLayout.Probe layout;
        private final OpenNumbersProbe numbers;
        private final PolicyProbe policies;
        private final SemaphoreUndos.Probe undos;
        private final StopProbe stops;
        private final ThreadProbe host;

        Question(
                Member member,
                Freeze freeze,
                Takeover takeover,
                List<SemaphoreUndos.Semaphore> semaphores,
                List<Member> members,
                ForestFreeze forest)
                throws KernelException {
            this.member = member;
            this.freeze = freeze;
            this.takeover = takeover;
            ProgramBuilder p = new ProgramBuilder();
            for (Mapping leftover : takeover.leftovers().abandoned()) {
                p.attempt(SYS_shmdt, leftover.start());
            }
            process = new ProcessProbe(p, ProcTimers.of(member.tid()));
            space = new AddressSpaceProbe(p);
            uts = new UtsProbe(p);
            layout = new XsaveLayout.Probe(p);
            numbers = new OpenNumbersProbe(p, takeover.descriptorTableSize());
            policies = PolicyProbe.ofMappings(p, takeover.mappings());
            undos = new SemaphoreUndos.Probe(p, semaphores);
            stops = new StopProbe(p, member, members, forest);
            host = new ThreadProbe(p);
            p.end();
            program = p.build();
        }

        void approach() throws KernelException, CannotCapture {
            requireNobodyOnTheWayHome(member.pid(), freeze, takeover);
            takeover.approach();
        }

        void inject() throws KernelException {
            takeover.inject(program);
        }

        void arrive() throws KernelException, CannotCapture {
            FrozenProcess.arrive(member.pid(), takeover, program);
        }

        // What fails here is on its own way home, or dead; that somebody else has failed is what will be said.
        void settle() {
            try {
                takeover.settle();
            } catch (KernelException failedToo) {
                // as when it had failed first
            }
        }

        FrozenProcess answer() throws KernelException {
            ProgramResults results = takeover.await(takeover.host());
            FrozenProcess frozen = new FrozenProcess(
                    member,
                    freeze,
                    takeover,
                    process.read(results),
                    space.read(results),
                    uts.read(results),
                    numbers.read(results),
                    policies.read(results),
                    undos.read(results),
                    stops.read(results));
            frozen.threads.put(takeover.host(), host.read(results));
            takeover.prepareDeparture(new Departure(frozen.of(takeover.host()).signalStack(), layout.read(results)));
            return frozen;
        }
    }

    // PR_SET_MDWE can only be asked inside; SELinux's execmem says the same.
    private static void arrive(int pid, Takeover takeover, Program program) throws KernelException, CannotCapture {
        try {
            takeover.arrive(program);
        } catch (KernelException failed) {
            if (failed.call().equals("shmat") && failed.errno() == Errno.EACCES) {
                throw new CannotCapture(List.of(new Refusal(
                        "write-xor-execute (PR_SET_MDWE)",
                        "process " + pid,
                        "it may have no memory for the programs of a checkpoint",
                        "")));
            }
            throw failed;
        }
    }

    private static void requireNobodyOnTheWayHome(int pid, Freeze freeze, Takeover takeover) throws CannotCapture {
        boolean isStopped = freeze.wasStopped(); // and goes home when it is continued
        if (takeover.leftovers().isAnybodyOnTheWayHome() || isStopped && SegmentSweep.isAwaited(pid)) {
            throw new CannotCapture(List.of(new Refusal(
                            "thread on its way home",
                            "process " + pid,
                            "a tool has died in the middle of another checkpoint",
                            isStopped
                                    ? "let it go on (SIGCONT) for a moment, and stop it again"
                                    : "try again in a moment")
                    .thatPasses()));
        }
    }

    private void askOthers() throws KernelException, CannotCapture {
        ProgramBuilder p = new ProgramBuilder();
        ThreadProbe probe = new ThreadProbe(p);
        p.end();
        Program program = p.build();
        List<Tracee> others = new ArrayList<>(freeze.tracees());
        others.remove(takeover.host());
        for (Tracee tracee : others) {
            takeover.join(tracee, program);
        }
        for (Tracee tracee : others) {
            threads.put(tracee, probe.read(takeover.await(tracee)));
        }
        List<ProcessProbe.TimerState> timers =
                new ThreadClocks(member.pid(), freeze, takeover).named(process.posixTimers());
        process = process.withTimers(pendingTimers.settled(timers));
        takeover.back(others);
    }

    /** What the process said of itself. */
    ProcessProbe.Inside process() {
        return process;
    }

    /** Its children that are stopped, which it has not waited for, by our own ids. */
    Set<Integer> unheard() {
        return unheard;
    }

    /** The signals pending for the process as a whole, but for those that its timers will send again. */
    List<byte[]> sharedPendingSignals() {
        return pendingTimers.without(freeze.sharedPendingSignals());
    }

    /** What it said of its address space. */
    AddressSpaceProbe.Found addressSpace() {
        return addressSpace;
    }

    /** What it said of its UTS namespace. */
    UtsProbe.Names uts() {
        return uts;
    }

    /** What it said of its descriptors; null when there are too many. */
    @Nullable
    OpenNumbers numbers() {
        return numbers;
    }

    /** The memory policies that it has told of, by address: modes. */
    Map<Long, Integer> policies() {
        return policies;
    }

    /** What a thread said of itself. */
    ThreadProbe.Inside of(Tracee tracee) {
        ThreadProbe.Inside inside = threads.get(tracee);
        if (inside == null) {
            throw new IllegalArgumentException("not asked: " + tracee);
        }
        return inside;
    }

    /** The process. */
    Member member() {
        return member;
    }

    /** Its frozen threads. */
    Freeze freeze() {
        return freeze;
    }

    /** Where it runs our programs. */
    Takeover takeover() {
        return takeover;
    }

    /** The record of every thread, the leader first. */
    List<TaskState> tasks(
            IdLevel level,
            FrozenStatuses statuses,
            SchedulingCapture scheduling,
            RestartedSleeps restarted,
            CgroupCapture cgroups,
            SeccompCapture seccomp,
            ObjectTable objects)
            throws KernelException, CannotCapture {
        InterruptionCapture interruptions = new InterruptionCapture(member.tid(), restarted);
        List<TaskState> tasks = new ArrayList<>(freeze.tracees().size());
        if (freeze.leaderHasEnded()) {
            tasks.add(EndedLeaderCapture.take(member.pid(), level));
        }
        for (Tracee tracee : freeze.tracees()) {
            InterruptionCapture.Interrupted call = interruptions.take(tracee, freeze.sleptNanos(tracee));
            long[] rseq = tracee.rseq();
            TaskCapture.Traced traced = new TaskCapture.Traced(
                    call.registers(),
                    Bytes.of(tracee.xstate()),
                    call.interruption(),
                    tracee.mask(),
                    pendingTimers.without(tracee.pendingSignals()),
                    new RseqArea(rseq[0], (int) rseq[1], (int) rseq[2], (int) rseq[3]));
            ObjectId filter = seccomp.take(tracee, objects);
            ObjectId groups = cgroups.take(tracee.tid(), objects);
            tasks.add(TaskCapture.take(
                    statuses.of(member.pid(), tracee.tid()),
                    tracee.tid(),
                    level,
                    traced,
                    of(tracee).with(filter, groups),
                    scheduling));
        }
        return tasks;
    }
}
