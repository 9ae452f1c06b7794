package dev.reprise.engine.capture;

import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mounts;
import dev.reprise.kernel.Proc;
import java.util.HashSet;
import java.util.Set;

/** The mounts that a process sees: a file of any other (detached, or the kernel's own) cannot be found by a name. */
final class VisibleMounts {
    private static final int POINT = 4;

    private final Set<Integer> ids = new HashSet<>();

    private VisibleMounts() {}

    /** Those below its root directory and below ours: what it had open before chroot(2) is opened by the tool's names again. */
    static VisibleMounts of(int pid) throws KernelException {
        VisibleMounts mounts = new VisibleMounts();
        mounts.add(MountInfo.of(pid));
        mounts.add(Proc.text("/proc/thread-self/mountinfo"));
        return mounts;
    }

    private void add(String table) {
        for (String line : table.split("\n", -1)) {
            int blank = line.indexOf(' ');
            if (blank > 0) {
                ids.add(Integer.parseInt(line.substring(0, blank)));
            }
        }
    }

    /** Where a mount is; empty where the process does not see it, or another one stands over it. */
    static String pointOf(int pid, int mountId) throws KernelException {
        String found = "";
        for (String line : MountInfo.of(pid).split("\n", -1)) {
            // 36 35 98:0 /root /point options...
            String[] fields = line.split(" ", POINT + 2);
            if (fields.length > POINT) {
                if (Integer.parseInt(fields[0]) == mountId) {
                    found = Mounts.unescape(fields[POINT]);
                } else if (found.equals(Mounts.unescape(fields[POINT]))) {
                    found = "";
                }
            }
        }
        return found;
    }

    boolean contain(int mountId) {
        return ids.contains(mountId);
    }
}
