package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import java.util.List;

/** Whether a control group keeps a process from running: nothing can be asked of it then. */
final class CgroupLook {
    private CgroupLook() {}

    static List<Refusal> look(int pid) throws KernelException {
        CgroupMounts mounts = CgroupMounts.read();
        for (String line : Proc.text("/proc/" + pid + "/cgroup").split("\n", -1)) {
            String[] fields = line.split(":", 3);
            if (fields.length == 3) {
                String directory = mounts.directory(fields[1], fields[2]);
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
