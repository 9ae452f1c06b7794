package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.kernel.Kcmp;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStat;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What tasks share that clone(2) can share: with other processes too much, among threads too little. */
final class SharingLook {
    private static final Map<Kcmp, String> NAMES = new EnumMap<>(Map.of(
            Kcmp.VM, "memory",
            Kcmp.FILES, "descriptor table",
            Kcmp.FS, "file system context"));

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
        if (!kind.isShared(pid, tid) && !isEnding(tid) && !isEnding(pid)) {
            refusals.add(new Refusal(
                    name + " of one thread", "task " + tid, "it is not its process's, and not saved yet", ""));
        }
    }

    /** Processes outside a set with the same memory, descriptor table or file system context. */
    static List<Refusal> withOthers(ProcessSet set) throws KernelException {
        Set<Integer> inside = set.ids();
        Outsiders outsiders = set.outsiders();
        List<Sharing> kinds = List.of(
                Sharing.of(Kcmp.VM, set.members()),
                Sharing.of(Kcmp.FILES, set.members()),
                Sharing.of(Kcmp.FS, set.members()));
        List<Refusal> refusals = new ArrayList<>(0);
        for (int other : Proc.numbers("/proc")) {
            if (!inside.contains(other)) {
                with(other, kinds, outsiders, refusals);
            }
        }
        return refusals;
    }

    private static void with(int other, List<Sharing> kinds, Outsiders outsiders, List<Refusal> refusals)
            throws KernelException {
        try {
            for (Sharing sharing : kinds) {
                Member sharer = sharing.sharedWith(other);
                if (sharer != null && isProgram(other) && outsiders.contain(other) && !isEnding(sharer.tid())) {
                    refusals.add(new Refusal(
                            "shared " + NAMES.get(sharing.kind()),
                            Member.alone(other).text(),
                            "it is shared with " + sharer.text() + " (CLONE_" + sharing.kind() + ")",
                            "checkpoint both together"));
                }
            }
        } catch (KernelException goneOrDenied) {
            goneOrDenied.requireAnswer();
            // It has ended; or it is somebody else's, who cannot share anything with these.
        }
    }

    // Process 1 shares the kernel threads' file system context.
    private static boolean isProgram(int pid) {
        try {
            ProcStat stat = ProcStat.of(pid);
            return !stat.isKernelThread() && !stat.isEnding();
        } catch (KernelException gone) {
            return false;
        }
    }

    // Who is on his way out has nothing any more: two of them seem to have the same, one and another each his own.
    private static boolean isEnding(int tid) {
        try {
            return ProcStat.of(tid).isEnding();
        } catch (KernelException gone) {
            return true;
        }
    }
}
