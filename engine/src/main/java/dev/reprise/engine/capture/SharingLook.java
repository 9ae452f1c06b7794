package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.kernel.Kcmp;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStat;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What tasks share that clone(2) can share: with other processes too much, among threads too little. */
final class SharingLook {
    private SharingLook() {}

    /** Threads that have left the process's descriptor table or file system context (unshare(2)). */
    static List<Refusal> amongThreads(int pid, List<Integer> tids) throws KernelException {
        List<Refusal> refusals = new ArrayList<>(0);
        for (int tid : tids) {
            if (tid != pid) {
                try {
                    require(Kcmp.FILES, "descriptor table", pid, tid, refusals);
                    require(Kcmp.FS, "file system context", pid, tid, refusals);
                } catch (KernelException ended) {
                    Gone.requireGone(ended);
                }
            }
        }
        return refusals;
    }

    private static void require(Kcmp kind, String name, int pid, int tid, List<Refusal> refusals)
            throws KernelException {
        if (!kind.isShared(pid, tid)) {
            refusals.add(new Refusal(
                    name + " of one thread", "task " + tid, "it is not its process's, and not saved yet", ""));
        }
    }

    /** Processes outside a set with the same memory, descriptor table, file system context or handlers. */
    static List<Refusal> withOthers(ProcessSet set) throws KernelException {
        Set<Integer> inside = set.ids();
        Outsiders outsiders = set.outsiders();
        List<Member> all = new ArrayList<>(set.members());
        for (int other : Proc.numbers("/proc")) {
            if (!inside.contains(other) && isProgram(other)) {
                all.add(Member.alone(other));
            }
        }
        List<Refusal> refusals = new ArrayList<>(0);
        refuse(Kcmp.VM, "memory", outsiders, all, refusals);
        refuse(Kcmp.FILES, "descriptor table", outsiders, all, refusals);
        refuse(Kcmp.FS, "file system context", outsiders, all, refusals);
        return refusals;
    }

    // Process 1 shares the kernel threads' file system context.
    private static boolean isProgram(int pid) {
        try {
            ProcStat stat = ProcStat.of(pid);
            return !stat.isKernelThread() && !stat.isZombie();
        } catch (KernelException gone) {
            return false;
        }
    }

    // Two that have nothing any more seem to have the same.
    private static boolean isEnding(Member member) {
        try {
            return ProcStat.of(member.tid()).isEnding();
        } catch (KernelException gone) {
            return true;
        }
    }

    private static void refuse(Kcmp kind, String name, Outsiders outsiders, List<Member> all, List<Refusal> refusals) {
        for (List<Member> group : Sharing.of(kind, all).groups()) {
            Member inside = group.getFirst(); // members stand before all others
            if (outsiders.inside().contains(inside.pid())) {
                for (Member other : group) {
                    if (!outsiders.inside().contains(other.pid())
                            && outsiders.contain(other.pid())
                            && !isEnding(inside)
                            && !isEnding(other)) {
                        refusals.add(new Refusal(
                                "shared " + name,
                                other.text(),
                                "it is shared with " + inside.text() + " (CLONE_" + kind + ")",
                                "checkpoint both together"));
                    }
                }
            }
        }
    }
}
