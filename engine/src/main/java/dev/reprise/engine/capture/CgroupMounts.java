package dev.reprise.engine.capture;

import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Where our process has the hierarchies of control groups mounted, by their controllers (none for version 2). */
final class CgroupMounts {
    private record Mount(String root, String point) {}

    private static final int ROOT = 3;
    private static final int POINT = 4;

    private final Map<String, Mount> byController = new HashMap<>();

    private CgroupMounts() {}

    static CgroupMounts read() throws KernelException {
        CgroupMounts mounts = new CgroupMounts();
        for (String line : Proc.text("/proc/self/mountinfo").split("\n", -1)) {
            int dash = line.indexOf(" - cgroup");
            if (dash >= 0) {
                // 36 25 0:31 / /sys/fs/cgroup/memory rw shared:15 - cgroup cgroup rw,memory
                String[] head = line.split(" ", -1);
                String[] tail = line.substring(dash + 3).split(" ", -1);
                Mount mount = new Mount(head[ROOT], head[POINT]);
                if (tail[0].equals("cgroup2")) {
                    mounts.byController.putIfAbsent("", mount);
                } else {
                    for (String option : tail[tail.length - 1].split(",", -1)) {
                        mounts.byController.putIfAbsent(option, mount);
                    }
                }
            }
        }
        return mounts;
    }

    /** The directory of a group; where its hierarchy is not mounted, a name that leads nowhere. */
    String directory(String controllers, String path) {
        Mount mount = byController.get(List.of(controllers.split(",", -1)).getFirst());
        if (mount == null) {
            return controllers + ":" + path;
        }
        boolean below = !mount.root().equals("/") && path.startsWith(mount.root());
        return mount.point() + (below ? path.substring(mount.root().length()) : path);
    }
}
