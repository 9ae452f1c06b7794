package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Home;
import dev.reprise.kernel.IpcResidence;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Who outside a set is in IPC namespaces of its processes, which then would not end with them. */
final class IpcOutsiders {
    private static final String NAMESPACE = "ipc namespace";

    private final Outsiders outsiders;
    private final Set<String> names = new TreeSet<>();
    private final List<Refusal> refusals = new ArrayList<>(0);

    private IpcOutsiders(ProcessSet set, List<IpcResidence> namespaces) {
        outsiders = set.outsiders();
        namespaces.forEach(namespace -> names.add(namespace.name()));
    }

    static List<Refusal> of(ProcessSet set, List<IpcResidence> namespaces) throws KernelException {
        IpcOutsiders look = new IpcOutsiders(set, namespaces);
        look.mounts();
        int self = Proc.ownPid();
        for (int pid : Proc.numbers("/proc")) {
            if (pid != self && !look.outsiders.inside().contains(pid)) {
                look.process(pid);
            }
        }
        return look.refusals;
    }

    private void process(int pid) throws KernelException {
        try {
            String own = IpcResidence.nameOf(pid);
            if (names.contains(own)) {
                refuse(pid, own, false);
                return;
            }
            for (int tid : Proc.numbers("/proc/" + pid + "/task")) {
                String name = IpcResidence.nameOf(tid);
                if (names.contains(name)) {
                    refuse(pid, name, true); // as other tools do for a moment
                    return;
                }
            }
        } catch (KernelException unseen) {
            // It has ended, or is somebody's whom we may not look at: not one of a namespace that we may enter.
            if (unseen.errno() != Errno.EACCES && unseen.errno() != Errno.EPERM) {
                Gone.requireGone(unseen);
            }
        }
    }

    private void refuse(int pid, String name, boolean passes) throws KernelException {
        if (outsiders.contain(pid)) {
            Refusal refusal = new Refusal(
                    NAMESPACE,
                    name,
                    Member.alone(pid).text() + ", which does not belong to what is checkpointed, is in it, too",
                    "checkpoint both together, or end the other");
            refusals.add(passes ? refusal.thatPasses() : refusal);
        }
    }

    // 36 35 0:4 ipc:[4026532450] /run/ipc rw - nsfs nsfs rw
    private void mounts() throws KernelException {
        for (String line : Proc.text(Home.directory() + "/mountinfo").split("\n", -1)) {
            String[] words = line.split(" ", -1);
            if (words.length > 4 && names.contains(words[3])) {
                refusals.add(new Refusal(
                        NAMESPACE,
                        words[3],
                        "it is mounted at " + words[4] + ", and does not end with its processes",
                        ""));
            }
        }
    }
}
