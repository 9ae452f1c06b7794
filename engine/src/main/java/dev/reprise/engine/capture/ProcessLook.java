package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.engine.twin.Twins;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.IoWorker;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStat;
import dev.reprise.kernel.ProcStatus;
import dev.reprise.kernel.ProcTimers;
import java.util.ArrayList;
import java.util.List;

/** Everything about a process and its threads, but for memory and descriptors, that keeps it from being checkpointed. */
final class ProcessLook {
    // clockid_t of a clock behind a descriptor: the low three bits (posix-timers_types.h, CLOCKFD)
    private static final int CLOCK_KIND = 7;
    private static final int CLOCK_OF_DESCRIPTOR = 3;

    private final int pid;
    private final int alive;
    private final boolean isMember;
    private final List<Refusal> refusals = new ArrayList<>();

    private ProcessLook(Member member) {
        pid = member.pid();
        alive = member.tid();
        isMember = member.parent() != 0;
    }

    /**
     * Before the freeze; touches nothing. A process that is gone is a {@link KernelException}. What it shares with
     * others is looked at for all of a set at once: {@link SharingLook#withOthers}, {@link #strangers}.
     */
    static List<Refusal> look(Member member, CgroupLook cgroups) throws KernelException {
        ProcessLook look = new ProcessLook(member);
        ProcStatus leader = ProcStatus.of(member.pid(), member.tid());
        if (!look.isOrdinary(leader)) {
            return look.refusals;
        }
        List<Integer> tids = living(member);
        look.refusals.addAll(NamespaceLook.look(member.tid()));
        look.refusals.addAll(NamespaceLook.amongThreads(member.pid(), member.tid(), tids));
        look.refusals.addAll(PathLook.look(member.tid()));
        look.refusals.addAll(cgroups.look(member.tid()));
        for (int tid : tids) {
            look.refusals.addAll(TaskLook.look(member.pid(), tid));
        }
        look.timers();
        look.refusals.addAll(SharingLook.amongThreads(member.tid(), tids));
        return look.refusals;
    }

    // A leader that has ended before its threads is no task to look at.
    private static List<Integer> living(Member member) throws KernelException {
        List<Integer> tids = IoWorker.without(member.pid(), Proc.numbers("/proc/" + member.pid() + "/task"));
        return member.pid() == member.tid()
                ? tids
                : tids.stream().filter(tid -> tid != member.pid()).toList();
    }

    /** What may have changed since: everything is frozen, so this is cheap and final. */
    static List<Refusal> frozen(Member member, List<Integer> tids, boolean mayHaveChildren, boolean hasChildren)
            throws KernelException {
        ProcessLook look = new ProcessLook(member);
        if (mayHaveChildren && !hasChildren) {
            look.refuse("tracer", "process " + member.pid(), "it traces other processes", "let it detach");
        }
        look.timers();
        look.refusals.addAll(NamespaceLook.frozen(member.tid()));
        look.refusals.addAll(SharingLook.amongThreads(member.tid(), tids));
        return look.refusals;
    }

    /** Children that would be left alone. */
    static List<Refusal> strangers(ProcessSet set) {
        List<Refusal> refusals = new ArrayList<>(0);
        for (Member child : set.strangers()) {
            refusals.add(new Refusal(
                    "child process",
                    child.text(),
                    "it is a child of process " + child.parent() + " and does not belong to what is checkpointed",
                    "checkpoint the whole tree, or wait until it has ended"));
        }
        return refusals;
    }

    private void refuse(String resource, String where, String reason, String help) {
        refusals.add(new Refusal(resource, where, reason, help));
    }

    private boolean isOrdinary(ProcStatus status) throws KernelException {
        String where = "process " + pid;
        ProcStat stat = ProcStat.of(alive);
        int group = Integer.parseInt(status.field("Tgid"));
        if (stat.isKernelThread()) {
            refuse("kernel thread", where, "the kernel itself runs in it", "");
        } else if (stat.isZombie() && isMember) {
            throw new KernelException(
                    "look", where, Errno.ESRCH); // since it was counted: it will be saved as what it is
        } else if (stat.isZombie()) {
            refuse("zombie", where, "it has ended and waits for its parent, process " + stat.parent(), "");
        } else if (group != pid) {
            refuse("thread", "task " + pid, "it is one thread of process " + group, "checkpoint process " + group);
        } else if (Twins.isOne(stat)) {
            refuse(
                    "twin",
                    where,
                    "it holds the memory of a checkpoint and is part of no program",
                    "leave it out, or write it into a file ('reprise cp mem:NAME FILE') and give it up ('reprise rm mem:NAME')");
        } else if (pid == Proc.ownPid()) {
            refuse("the tool itself", where, "it cannot freeze itself", "");
        } else if (isOurAncestor()) {
            refuse(
                    "an ancestor of the tool",
                    where,
                    "the tool runs inside the tree that it would freeze",
                    "start the tool from elsewhere, e.g. by setsid or another terminal");
        }
        return refusals.isEmpty();
    }

    private boolean isOurAncestor() throws KernelException {
        int ancestor = ProcStat.of(Proc.ownPid()).parent();
        while (ancestor > 1 && ancestor != pid) {
            ancestor = ProcStat.of(ancestor).parent();
        }
        return ancestor == pid;
    }

    static String name(String pid) {
        try {
            return Proc.text("/proc/" + pid + "/comm").strip();
        } catch (KernelException gone) {
            return "?";
        }
    }

    private void timers() throws KernelException {
        for (ProcTimers.Timer timer : ProcTimers.of(alive)) {
            String where = "timer " + timer.id();
            if (timer.clock() < 0 && (timer.clock() & CLOCK_KIND) == CLOCK_OF_DESCRIPTOR) {
                refuse("timer of a clock device", where, "it is not saved yet", "");
            }
        }
    }
}
