package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Home;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStatus;
import java.util.ArrayList;
import java.util.List;

/**
 * Namespaces that are not the tool's own, nor those that its thread has entered ({@link Venue}).
 *
 * <p>A pid namespace of its own is saved (as the ids in it), a time namespace, a UTS namespace ({@link UtsCapture}) and an IPC namespace
 * ({@link IpcNamespaceCapture}) too. A mount namespace is good when it shows what ours shows but for /proc: that is how {@code restore --pid-namespace} leaves a process.
 */
final class NamespaceLook {
    private static final String[] REFUSED = {"cgroup", "net", "user"};
    private static final String[] OF_PROCESSES = {"uts", "ipc", "net", "cgroup"};
    private static final String[] FOR_CHILDREN = {"pid", "time"};

    private NamespaceLook() {}

    static List<Refusal> look(int pid) throws KernelException {
        List<Refusal> refusals = frozen(pid);
        for (String kind : FOR_CHILDREN) {
            if (!link(pid, kind).equals(link(pid, kind + "_for_children"))) {
                refusals.add(new Refusal(
                        kind + " namespace for children",
                        "process " + pid,
                        "it is not its own, and not saved yet",
                        ""));
            }
        }
        return refusals;
    }

    /** Where a process is; cheap. */
    static List<Refusal> frozen(int pid) throws KernelException {
        List<Refusal> refusals = new ArrayList<>(0);
        for (String kind : REFUSED) {
            if (!isOurs(pid, kind) && !(kind.equals("user") && hasSameIds(pid))) {
                refusals.add(new Refusal(
                        kind + " namespace",
                        "process " + pid,
                        "it is neither the tool's nor that of the first process, and not saved yet",
                        "run the tool in the same one: nsenter --target " + pid + " --" + kind));
            }
        }
        if (!isOurs(pid, "mnt")) {
            String difference = MountDifference.of(pid);
            if (!difference.isEmpty()) {
                refusals.add(new Refusal(
                        "mnt namespace",
                        "process " + pid,
                        "it sees other files than the tool, or than the first process: " + difference,
                        "run the tool in the same one: nsenter --target " + pid + " --mount"));
            }
        }
        return refusals;
    }

    // A plain user's restore made it. Its ids are ours, and without capabilities nobody has more or less outside.
    private static boolean hasSameIds(int pid) throws KernelException {
        for (String map : List.of("uid_map", "gid_map")) {
            String text = Proc.text("/proc/" + pid + "/" + map).strip();
            if (text.isEmpty() || !text.lines().allMatch(NamespaceLook::isSame)) {
                return false;
            }
        }
        for (int tid : Proc.numbers("/proc/" + pid + "/task")) {
            try {
                ProcStatus status = ProcStatus.of(pid, tid);
                if ((status.capabilities("Prm") | status.capabilities("Inh") | status.capabilities("Amb")) != 0) {
                    return false;
                }
            } catch (KernelException ended) {
                Gone.requireGone(ended);
            }
        }
        return true;
    }

    // "inside outside count"
    private static boolean isSame(String line) {
        String[] words = line.strip().split(" +", -1);
        return words.length == 3 && words[0].equals(words[1]);
    }

    /** Threads whose namespaces are not their process's; of those that are saved for the process as a whole. */
    static List<Refusal> amongThreads(int pid, int alive, List<Integer> tids) throws KernelException {
        List<Refusal> refusals = new ArrayList<>(0);
        if (tids.size() < 2) {
            return refusals;
        }
        for (String kind : OF_PROCESSES) {
            String common = link(alive, kind);
            for (int tid : tids) {
                try {
                    String own = link(pid + "/task/" + tid, kind);
                    // On its way out a thread has none any more.
                    if (!own.isEmpty() && !common.isEmpty() && !own.equals(common)) {
                        refusals.add(new Refusal(
                                kind + " namespace",
                                "task " + tid,
                                "it is not that of the other threads of its process",
                                ""));
                    }
                } catch (KernelException ended) {
                    Gone.requireGone(ended);
                }
            }
        }
        return refusals;
    }

    // On its way out a process has none any more, though it is no zombie yet.
    static boolean isOurs(int pid, String kind) throws KernelException {
        String theirs = link(pid, kind);
        String ours = ours(kind);
        if (theirs.isEmpty() && !ours.isEmpty()) {
            throw new KernelException("look at the namespaces", "process " + pid, Errno.ESRCH);
        }
        return theirs.equals(ours);
    }

    /** What ours is called. */
    static String ours(String kind) throws KernelException {
        return at(Home.directory(), kind);
    }

    /** What a namespace is called, e.g. {@code uts:[4026531838]}; empty where the kernel has none of the kind. */
    static String link(Object pid, String kind) throws KernelException {
        return at("/proc/" + pid, kind);
    }

    private static String at(String directory, String kind) throws KernelException {
        try {
            return Proc.link(directory + "/ns/" + kind);
        } catch (KernelException failed) {
            if (failed.errno() == Errno.ENOENT) {
                return ""; // this kernel does not have it, for nobody
            }
            if (failed.errno() == Errno.EACCES) {
                // Said of a task, too, that has ended since it was found (fs/proc/namespaces.c, proc_ns_readlink).
                Proc.text(directory + "/stat");
            }
            throw failed;
        }
    }
}
