package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.kernel.Home;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether a control group keeps a process from running: nothing can be asked of it then. */
final class CgroupLook {
    // Most of a set are in the same groups.
    private final Map<String, List<Refusal>> known = new HashMap<>();
    private @Nullable CgroupMounts mounts;

    /** May be called by several threads. */
    List<Refusal> look(int pid) throws KernelException {
        return inGroups(Proc.text("/proc/" + pid + "/cgroup"));
    }

    private synchronized List<Refusal> inGroups(String groups) throws KernelException {
        List<Refusal> refusals = known.get(groups);
        if (refusals == null) {
            if (mounts == null) {
                mounts = CgroupMounts.read();
            }
            refusals = look(groups, mounts);
            known.put(groups, refusals);
        }
        return refusals;
    }

    private static List<Refusal> look(String groups, CgroupMounts mounts) {
        for (String line : groups.split("\n", -1)) {
            String[] fields = line.split(":", 3);
            if (fields.length == 3) {
                String directory = Home.ours(mounts.directory(fields[1], fields[2]));
                boolean frozen = fields[1].isEmpty()
                        ? says(directory + "/cgroup.events", "frozen 1")
                        : fields[1].equals("freezer") && says(directory + "/freezer.state", "FR");
                if (frozen) {
                    return List.of(new Refusal(
                                    "frozen control group",
                                    directory,
                                    "the process cannot run",
                                    "thaw it for the checkpoint")
                            .thatPasses());
                }
            }
        }
        return List.of();
    }

    private static boolean says(String file, String word) {
        try {
            return Proc.text(file).contains(word);
        } catch (KernelException none) {
            return false; // the root has no such file
        }
    }
}
