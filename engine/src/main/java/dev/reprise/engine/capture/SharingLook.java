package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.kernel.Kcmp;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStat;
import java.util.ArrayList;
import java.util.List;

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

    /** Other processes with the same memory, descriptor table, file system context or handlers. */
    static List<Refusal> withOthers(int pid) throws KernelException {
        List<Refusal> refusals = new ArrayList<>(0);
        for (int other : Proc.numbers("/proc")) {
            if (other != pid) {
                refuse(Kcmp.VM, "memory", pid, other, refusals);
                refuse(Kcmp.FILES, "descriptor table", pid, other, refusals);
                refuse(Kcmp.FS, "file system context", pid, other, refusals);
            }
        }
        return refusals;
    }

    private static void refuse(Kcmp kind, String name, int pid, int other, List<Refusal> refusals) {
        try {
            // Process 1 shares the kernel threads' file system context.
            if (kind.isShared(pid, other) && !ProcStat.of(other).isKernelThread()) {
                refusals.add(new Refusal(
                        "shared " + name,
                        "process " + other + " (" + ProcessLook.name(Integer.toString(other)) + ")",
                        "it is shared with another process (CLONE_" + kind + ")",
                        ""));
            }
        } catch (KernelException goneOrDenied) {
            // It has ended; or it is somebody else's, who cannot share anything with this one.
        }
    }
}
