package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_clone3;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close_range;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_exit_group;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setpgid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setsid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_wait4;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.TaskState;
import dev.reprise.kernel.CloneArgs;
import dev.reprise.kernel.WaitStatus;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The one program in which a whole family is born: each member runs its own part of it, the root the first.
 *
 * <p>A process makes what its children inherit, then its threads, then it forks: those children first that stay in the
 * session that it was born in, then it goes where it leads, then the others. All of this without a word from outside;
 * when the program is at its end everybody is there, parked, and has its ids.
 */
final class Births {
    private static final long ALL = 0xffffffffL;

    private final ProgramBuilder p;
    private final Family family;
    private final List<List<Member>> children;
    private final Map<Integer, ProcessPlanner> planners;
    private final Blocks blocks;
    private final ForkedMemory forked;
    private final long segment;
    private final Deque<Runnable> parts = new ArrayDeque<>();
    private final Map<Integer, Step> forks = new HashMap<>();

    /** {@code planners}: those of the processes, by their members' numbers. */
    Births(
            ProgramBuilder p,
            Family family,
            Map<Integer, ProcessPlanner> planners,
            Blocks blocks,
            ForkedMemory forked,
            long segment) {
        this.p = p;
        this.family = family;
        this.children = family.children();
        this.planners = planners;
        this.blocks = blocks;
        this.forked = forked;
        this.segment = segment;
    }

    /** What the root does instead of leaving for its session at its place among the births. */
    @FunctionalInterface
    interface RootLeave {
        void add(ProgramBuilder p);
    }

    /** Whether somebody must be forked before the root leaves the session that it is born in. */
    boolean isRootAwaited() {
        return children.getFirst().stream().anyMatch(child -> !child.late());
    }

    /** Whether a member forks anybody. */
    boolean forks(Member member) {
        return !children.get(member.number()).isEmpty();
    }

    /** Adds the root's part, and, behind what {@code rest} adds and its END, those of all others. */
    void add(RootLeave leave, Runnable rest) {
        process(family.root(), () -> leave.add(p), rest);
        while (!parts.isEmpty()) {
            parts.remove().run();
        }
    }

    /** The steps whose results say that somebody is there, and who: by members' numbers. */
    Map<Integer, Step> forks() {
        return forks;
    }

    private void process(Member member, Runnable leave, Runnable rest) {
        ProcessPlanner planner = planners.get(member.number());
        if (planner == null) {
            throw new IllegalStateException("no plan for process " + member.pid());
        }
        planner.begin(p, forks(member), forked.of(planner.space()));
        List<TaskState> others =
                planner.process().tasks().subList(1, planner.process().tasks().size());
        ThreadClones clones = new ThreadClones(p, segment, blocks.of(member) + 1);
        clones.cloneAll(others);
        List<Gate> done = new ArrayList<>();
        Gate left = Gate.closed(p);
        List<Runnable> threadParts = new ArrayList<>();
        for (TaskState thread : others) {
            threadParts.add(threadPart(member, thread.tid(), left, done));
        }
        forkAll(childrenOf(member, member.pid(), false));
        done.forEach(gate -> gate.pass(p));
        leave.run();
        planner.takeTerminal(p);
        if (!children.get(member.number()).isEmpty() && !others.isEmpty()) {
            left.open(p);
        }
        forkAll(childrenOf(member, member.pid(), true));
        rest.run();
        clones.placeChildren(index -> threadParts.get(index).run());
    }

    private Runnable threadPart(Member member, int tid, Gate left, List<Gate> done) {
        if (children.get(member.number()).isEmpty()) {
            return () -> {};
        }
        List<Member> early = childrenOf(member, tid, false);
        List<Member> late = childrenOf(member, tid, true);
        if (early.isEmpty() && late.isEmpty()) {
            return () -> {};
        }
        Gate gate = Gate.closed(p);
        if (!early.isEmpty()) {
            done.add(gate);
        }
        return () -> {
            forkAll(early);
            gate.open(p);
            if (!late.isEmpty()) {
                left.pass(p);
                forkAll(late);
            }
        };
    }

    // A child of a thread that is none any more is the leader's.
    private List<Member> childrenOf(Member member, int tid, boolean late) {
        List<Member> all = new ArrayList<>();
        for (Member child : children.get(member.number())) {
            int creator = child.creatorTid() == 0 ? member.pid() : child.creatorTid();
            if (child.late() == late && creator == tid) {
                all.add(child);
            }
        }
        return all;
    }

    private void forkAll(List<Member> members) {
        for (Member member : members) {
            Label label = p.label();
            Step fork = p.fork(SYS_clone3, label, args(member), Arg.of(CloneArgs.SIZE))
                    .about(member.pid() == 0 ? "a midwife" : "process " + member.pid());
            forks.put(member.number(), fork);
            parts.add(() -> part(member, label));
            if (member.kind() == Member.Kind.MIDWIFE) {
                p.call(SYS_wait4, fork, Arg.of(0), Arg.of(WaitStatus.WALL), Arg.of(0))
                        .about("a midwife");
            }
        }
    }

    private Slot args(Member member) {
        Member creator = family.creatorOf(member);
        long flags = member.sharing() | (member.beginsNamespace(creator) ? CloneArgs.CLONE_NEWPID : 0);
        Slot args = p.space(CloneArgs.SIZE);
        p.store8(args.plus(CloneArgs.FLAGS), Arg.of(flags));
        if ((flags & CloneArgs.CLONE_PARENT) == 0) {
            p.store8(args.plus(CloneArgs.EXIT_SIGNAL), Arg.of(member.exitSignal()));
        }
        if (member.pid() != 0) {
            List<Integer> ids = ThreadClones.ids(member.pid(), member.innerPids());
            p.store8(
                    args.plus(CloneArgs.SET_TID),
                    p.ints(ids.stream().mapToInt(id -> id).toArray()));
            p.store8(args.plus(CloneArgs.SET_TID_SIZE), Arg.of(ids.size()));
        }
        return args;
    }

    private void part(Member member, Label label) {
        p.place(label);
        p.setControl(Arg.of(blocks.addressOf(member)));
        switch (member.kind()) {
            case PROCESS -> {
                ProcessPlanner planner = planners.get(member.number());
                if (planner != null) {
                    planner.forget(p, forked.of(planner.space()));
                }
                process(member, () -> leave(member), p::end);
            }
            case ZOMBIE, GHOST -> {
                leave(member);
                forkAll(children.get(member.number()));
                p.call(SYS_close_range, 0, ALL, 0);
                p.end();
            }
            case MIDWIFE -> {
                forkAll(children.get(member.number()));
                p.attempt(SYS_exit_group, 0);
            }
        }
    }

    private void leave(Member member) {
        if (member.leadsSession()) {
            p.call(SYS_setsid).about("session " + member.pid());
        } else if (member.leadsGroup()) {
            p.call(SYS_setpgid, 0, 0).about("process group " + member.pid());
        }
    }
}
