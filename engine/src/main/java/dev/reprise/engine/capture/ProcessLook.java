package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
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
    private final List<Refusal> refusals = new ArrayList<>();

    private ProcessLook(int pid) {
        this.pid = pid;
    }

    /** Before the freeze; touches nothing. A process that is gone is a {@link KernelException}. */
    static List<Refusal> look(int pid) throws KernelException {
        ProcessLook look = new ProcessLook(pid);
        ProcStatus leader = ProcStatus.of(pid, pid);
        if (!look.isOrdinary(leader)) {
            return look.refusals;
        }
        List<Integer> tids = Proc.numbers("/proc/" + pid + "/task");
        look.refusals.addAll(NamespaceLook.look(pid));
        look.refusals.addAll(PathLook.look(pid));
        look.refusals.addAll(CgroupLook.look(pid));
        for (int tid : tids) {
            look.refusals.addAll(TaskLook.look(pid, tid));
        }
        look.children(tids);
        look.timers();
        look.refusals.addAll(SharingLook.amongThreads(pid, tids));
        look.refusals.addAll(SharingLook.withOthers(pid));
        return look.refusals;
    }

    /** What may have changed since: everything is frozen, so this is cheap and final. */
    static List<Refusal> frozen(int pid, List<Integer> tids, boolean mayHaveChildren) throws KernelException {
        ProcessLook look = new ProcessLook(pid);
        if (mayHaveChildren) {
            look.children(tids);
            if (look.refusals.isEmpty()) {
                look.refuse("tracer", "process " + pid, "it traces other processes", "let it detach");
            }
        }
        look.timers();
        look.refusals.addAll(SharingLook.amongThreads(pid, tids));
        return look.refusals;
    }

    private void refuse(String resource, String where, String reason, String help) {
        refusals.add(new Refusal(resource, where, reason, help));
    }

    private boolean isOrdinary(ProcStatus status) throws KernelException {
        String where = "process " + pid;
        ProcStat stat = ProcStat.of(pid);
        int group = Integer.parseInt(status.field("Tgid"));
        if (stat.isKernelThread()) {
            refuse("kernel thread", where, "the kernel itself runs in it", "");
        } else if (stat.isZombie()) {
            refuse("zombie", where, "it has ended and waits for its parent, process " + stat.parent(), "");
        } else if (group != pid) {
            refuse("thread", "task " + pid, "it is one thread of process " + group, "checkpoint process " + group);
        } else if (pid == ProcessHandle.current().pid()) {
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
        int ancestor = ProcStat.of((int) ProcessHandle.current().pid()).parent();
        while (ancestor > 1 && ancestor != pid) {
            ancestor = ProcStat.of(ancestor).parent();
        }
        return ancestor == pid;
    }

    private void children(List<Integer> tids) throws KernelException {
        for (int tid : tids) {
            String children = childrenOf(tid);
            if (!children.isEmpty()) {
                for (String child : children.split(" ", -1)) {
                    refuse(
                            "child process",
                            "process " + child + " (" + name(child) + ")",
                            "only single processes can be checkpointed yet",
                            "wait until it has ended");
                }
            }
        }
    }

    // Those of a thread that has ended since it was seen are another's.
    private String childrenOf(int tid) throws KernelException {
        try {
            return Proc.text("/proc/" + pid + "/task/" + tid + "/children").strip();
        } catch (KernelException ended) {
            Gone.requireGone(ended);
            return "";
        }
    }

    static String name(String pid) {
        try {
            return Proc.text("/proc/" + pid + "/comm").strip();
        } catch (KernelException gone) {
            return "?";
        }
    }

    private void timers() throws KernelException {
        for (ProcTimers.Timer timer : ProcTimers.of(pid)) {
            String where = "timer " + timer.id();
            if (timer.clock() < 0 && (timer.clock() & CLOCK_KIND) == CLOCK_OF_DESCRIPTOR) {
                refuse("timer of a clock device", where, "it is not saved yet", "");
            }
        }
    }
}
