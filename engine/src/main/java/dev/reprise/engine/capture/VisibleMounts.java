package dev.reprise.engine.capture;

import dev.reprise.kernel.KernelException;
import java.util.HashSet;
import java.util.Set;

/** The mounts that a process sees: a file of any other (detached, or the kernel's own) cannot be found by a name. */
final class VisibleMounts {
    private final Set<Integer> ids = new HashSet<>();

    private VisibleMounts() {}

    static VisibleMounts of(int pid) throws KernelException {
        VisibleMounts mounts = new VisibleMounts();
        for (String line : MountInfo.of(pid).split("\n", -1)) {
            int blank = line.indexOf(' ');
            if (blank > 0) {
                mounts.ids.add(Integer.parseInt(line.substring(0, blank)));
            }
        }
        return mounts;
    }

    boolean contain(int mountId) {
        return ids.contains(mountId);
    }
}
