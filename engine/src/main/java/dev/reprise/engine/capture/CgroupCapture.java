package dev.reprise.engine.capture;

import dev.reprise.image.state.Cgroups;
import dev.reprise.image.state.ObjectId;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The control groups of a process's threads where they are not our own; read before the freeze.
 *
 * <pre>4:memory:/user/me   the hierarchy, its controllers (none for version 2), the path below its mount</pre>
 */
final class CgroupCapture {
    private final Map<Integer, List<Cgroups.Membership>> byThread = new HashMap<>();
    private final int pid;

    CgroupCapture(int pid) throws KernelException {
        this.pid = pid;
        String own = Proc.text("/proc/self/cgroup");
        CgroupMounts mounts = null;
        for (int tid : Proc.numbers("/proc/" + pid + "/task")) {
            String theirs = textOf(tid);
            if (theirs.equals(own)) {
                byThread.put(tid, List.of());
            } else if (!theirs.isEmpty()) {
                mounts = mounts == null ? CgroupMounts.read() : mounts;
                byThread.put(tid, differing(theirs, own, mounts));
            }
        }
    }

    private String textOf(int tid) throws KernelException {
        try {
            return Proc.text("/proc/" + pid + "/task/" + tid + "/cgroup");
        } catch (KernelException gone) {
            if (tid == pid) {
                throw gone;
            }
            gone.requireAnswer();
            return "";
        }
    }

    private static List<Cgroups.Membership> differing(String theirs, String own, CgroupMounts mounts) {
        List<String> ours = List.of(own.split("\n", -1));
        List<Cgroups.Membership> memberships = new ArrayList<>();
        for (String line : theirs.split("\n", -1)) {
            if (!line.isEmpty() && !ours.contains(line)) {
                String[] fields = line.split(":", 3);
                boolean unified = fields[1].isEmpty();
                memberships.add(new Cgroups.Membership(mounts.directory(fields[1], fields[2]), unified));
            }
        }
        return memberships;
    }

    /** The object of a thread's groups, or of its leader's where it is younger, added to the table; none for our own. */
    ObjectId take(int tid, ObjectTable objects) {
        List<Cgroups.Membership> memberships = byThread.getOrDefault(tid, byThread.getOrDefault(pid, List.of()));
        if (memberships.isEmpty()) {
            return ObjectId.NONE;
        }
        ObjectId known = objects.find(memberships);
        if (known.equals(ObjectId.NONE)) {
            known = objects.register(memberships);
            objects.add(new Cgroups(known, memberships));
        }
        return known;
    }
}
