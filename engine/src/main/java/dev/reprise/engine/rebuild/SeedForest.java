package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_exit_group;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_futex;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_kill;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_wait4;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Step;
import dev.reprise.engine.tracee.Control;
import dev.reprise.engine.tracee.Segment;
import dev.reprise.engine.tracee.Tracer;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Futex;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.ProcStatus;
import dev.reprise.kernel.TaskDiedException;
import dev.reprise.kernel.WaitStatus;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The processes that become the restored ones, while they are ours.
 *
 * <p>{@link #close} kills all of them and waits until nothing is left, unless they have been {@link #release}d before.
 */
final class SeedForest implements AutoCloseable {
    private static final int SIGKILL = 9;
    private static final int LOST = 125;
    private static final int WNOHANG = WaitStatus.WNOHANG | WaitStatus.WALL;
    private static final long SPIN_NANOS = 200_000;
    private static final long POLL_NANOS = 20_000_000;
    private static final long GONE_NANOS = 2_000_000_000L;
    private static final long PAUSE_NANOS = 100_000;

    private final Tracer tracer;
    private final Segment segment;
    private final RestorePlan plan;
    private final List<Control> controls;
    private final ProgramRoom room;
    private final Reaper reaper = new Reaper();
    private final SeedProcess root;
    private final int child;
    private final @Nullable PassingParent parent;
    private final boolean inNamespace;
    private final List<SeedProcess> processes = new ArrayList<>();
    private Map<Integer, Integer> outer = Map.of();
    private int level;
    private long birthsAt;
    private boolean suspendsSeccomp;
    private boolean released;

    /**
     * Takes over the root, which is on its way into the segment.
     *
     * @param pid its id as we see it
     * @param born whose end is its end: itself, or its namespace's first process
     * @param inNamespace whether the ids of the image are not those that we see
     */
    SeedForest(
            Tracer tracer,
            Segment segment,
            RestorePlan plan,
            List<Control> controls,
            ProgramRoom room,
            int pid,
            Birth.Newborn born,
            boolean inNamespace) {
        this.tracer = tracer;
        this.segment = segment;
        this.plan = plan;
        this.controls = controls;
        this.room = room;
        this.child = born.pid();
        this.parent = born.parent();
        this.inNamespace = inNamespace;
        root = new SeedProcess(tracer, segment, controls, room, pid);
        processes.add(root);
    }

    /** The program of a task that finds its tracer dead: it ends. Laid out behind the control blocks. */
    static void layOutEnd(Segment segment, List<Control> controls, ProgramRoom room) {
        ProgramBuilder p = new ProgramBuilder();
        // The kernel wakes only one waiter of LIFE, and nobody else ends those who are not seized yet.
        p.attempt(SYS_futex, segment.lifeAddress(), Futex.FUTEX_WAKE, Integer.MAX_VALUE);
        p.attempt(SYS_exit_group, LOST);
        Program end = p.build();
        long at = room.take(end);
        controls.getFirst().placeAt(end, at);
        for (Control control : controls) {
            control.setHomeAt(at);
        }
    }

    /** The processes, in the order of the plan's; only the root before {@link #bear}. */
    List<SeedProcess> processes() {
        return processes;
    }

    /** What a process of the image is called outside. */
    int pidOf(Member member) {
        return member.creator() == Member.NOBODY ? root.pid() : outer.getOrDefault(member.pid(), member.pid());
    }

    SeedProcess root() {
        return root;
    }

    Segment segment() {
        return segment;
    }

    /** The child of ours whose end is the root's end. */
    int child() {
        return child;
    }

    /** Seizes the root; the filters that they are going to have judge nothing as long as we trace them. */
    void seizeRoot(boolean withFilters) throws KernelException {
        suspendsSeccomp = withFilters;
        if (withFilters) {
            root.suspendSeccomp();
        }
        root.seize();
    }

    /** Has all others born, and seizes the processes: from here on they die with us. */
    ProgramResults bear() throws KernelException {
        Program births = plan.births();
        birthsAt = room.peek();
        List<Control> newborn = newborn();
        newborn.forEach(control -> control.follow(births, birthsAt));
        ProgramResults results = root.run(0, births);
        for (Control control : newborn) {
            await(control, newborn);
        }
        if (inNamespace) {
            level = ProcStatus.of(root.pid(), root.pid()).ids("NSpid").length - 1;
        }
        if (plan.processes().size() > 1 && inNamespace) {
            outer = OuterIds.ofFamily(root.pid());
        }
        for (ProcessPlan process : plan.processes().subList(1, plan.processes().size())) {
            SeedProcess seed = new SeedProcess(
                    tracer,
                    segment,
                    controls.subList(process.block(), process.block() + process.controls()),
                    room,
                    pidOf(process.member()));
            processes.add(seed);
            if (suspendsSeccomp) {
                seed.suspendSeccomp();
            }
            seed.seize();
        }
        return results;
    }

    // Threads that have children of their own say so, too, when they are done.
    private List<Control> newborn() {
        List<Control> newborn = new ArrayList<>();
        for (ProcessPlan process : plan.processes()) {
            if (process.member().creator() != Member.NOBODY) {
                newborn.add(controls.get(process.block()));
            }
            for (int i = 1; i < process.process().tasks().size(); i++) {
                newborn.add(controls.get(process.block() + i));
            }
        }
        for (BriefLife other : plan.others()) {
            newborn.add(controls.get(other.block()));
        }
        return newborn;
    }

    private void await(Control control, List<Control> all) throws KernelException {
        long start = System.nanoTime();
        while (!control.isDone()) {
            if (System.nanoTime() - start < SPIN_NANOS) {
                Thread.onSpinWait();
                continue;
            }
            for (Control other : all) {
                if (other.isDone()) {
                    SeedProcess.results(other);
                }
            }
            requireAlive();
            control.awaitChange(POLL_NANOS);
        }
        SeedProcess.results(control);
    }

    // Nobody is told of the end of a grandchild that is not seized yet.
    private void requireAlive() throws KernelException {
        if (!inNamespace) {
            for (Map.Entry<Integer, Step> fork : plan.forks().entrySet()) {
                Member member = plan.family().get(fork.getKey());
                boolean stays = member.kind() != Member.Kind.MIDWIFE && forkResult(fork.getValue()) > 0;
                if (stays && Door.call(SYS_kill, member.pid(), 0) == -Errno.ESRCH.code()) {
                    throw new TaskDiedException("births", member.pid());
                }
            }
        }
    }

    // Those whose forks have succeeded, as far as that is known, as we see them; midwives come and go.
    private Set<Integer> born() {
        Set<Integer> born = new LinkedHashSet<>();
        for (Map.Entry<Integer, Step> fork : plan.forks().entrySet()) {
            Member member = plan.family().get(fork.getKey());
            long pid = forkResult(fork.getValue());
            if (pid > 0) {
                born.add(member.pid() == 0 ? (int) pid : member.pid());
            }
        }
        return born;
    }

    private long forkResult(Step fork) {
        return birthsAt == 0
                ? 0
                : segment.at(birthsAt + plan.births().resultOffset(fork), Long.BYTES)
                        .get(JAVA_LONG, 0);
    }

    /** All ids exist: a root that was to be an orphan is one from here on. */
    void leaveParent() {
        reaper.close();
        if (parent != null) {
            parent.leave();
        }
    }

    /** Lets those end who only were there to make the others. */
    void endOthers() {
        for (BriefLife other : plan.others()) {
            Control control = controls.get(other.block());
            control.placeAt(other.end(), room.take(other.end()));
            control.submit();
        }
        if (!inNamespace && parent == null) {
            awaitSiblings();
        }
    }

    // Ghosts beside the root are our children, as it is; else its namespace's first process or the machine's reaps
    // them.
    private void awaitSiblings() {
        for (BriefLife other : plan.others()) {
            Member member = other.member();
            if (member.kind() == Member.Kind.GHOST && plan.family().parentOf(member) == null) {
                SeedProcess.awaitEnd(member.pid());
            }
        }
    }

    /** How many pid namespaces the image's own is below ours. */
    int level() {
        return level;
    }

    /** Has those join their groups; to be awaited by {@link #awaitJoined}. */
    void join() {
        for (BriefLife other : plan.others()) {
            Control control = controls.get(other.block());
            control.placeAt(other.join(), room.take(other.join()));
            control.submit();
        }
    }

    void awaitJoined() throws KernelException {
        for (BriefLife other : plan.others()) {
            Control control = controls.get(other.block());
            await(control, List.of(control));
        }
    }

    /** They are the program now, and nobody's but their own. */
    void release() {
        released = true;
        processes.forEach(SeedProcess::release);
    }

    @Override
    public void close() {
        if (released) {
            return;
        }
        // The first process of a namespace takes all of it along.
        Door.call(SYS_kill, child, SIGKILL);
        Door.call(SYS_kill, root.pid(), SIGKILL);
        Set<Integer> left = inNamespace ? Set.of() : killBorn();
        for (SeedProcess process : processes.reversed()) {
            process.close();
        }
        if (child != root.pid()) {
            SeedProcess.awaitEnd(child);
        }
        if (parent != null) {
            parent.close();
        }
        left.forEach(SeedForest::awaitGone);
        reaper.close();
    }

    // Until no more come: whoever is dead forks nobody.
    private Set<Integer> killBorn() {
        Set<Integer> killed = Set.of();
        while (true) {
            Set<Integer> born = born();
            if (born.size() == killed.size()) {
                return born;
            }
            born.forEach(pid -> Door.call(SYS_kill, pid, SIGKILL));
            killed = born;
        }
    }

    private static void awaitGone(int pid) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < GONE_NANOS
                && Door.call(SYS_wait4, pid, 0, WNOHANG, 0) != pid
                && Door.call(SYS_kill, pid, 0) == 0) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
