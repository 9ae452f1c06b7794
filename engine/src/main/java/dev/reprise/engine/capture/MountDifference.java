package dev.reprise.engine.capture;

import dev.reprise.kernel.Home;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** What a process finds mounted and the calling thread does not, or the other way round; /proc aside. */
final class MountDifference {
    private static final int ROOT = 3;
    private static final int DEVICE = 2;
    private static final int POINT = 4;
    private static final String SYSFS = "/sys: sysfs ";

    private MountDifference() {}

    /** The first one; empty where all is the same. */
    static String of(int pid) throws KernelException {
        return of(pid, _ -> true);
    }

    /** Whether all is the same but for another sysfs at /sys, with nothing mounted below, as {@code ip netns exec} leaves it. */
    static boolean isOnlySysfs(int pid) throws KernelException {
        List<String> atSys = mounts(MountInfo.of(pid), "").stream()
                .filter(mount -> !isElsewhere(mount))
                .toList();
        return atSys.size() == 1
                && atSys.getFirst().startsWith(SYSFS)
                && of(pid, MountDifference::isElsewhere).isEmpty();
    }

    private static boolean isElsewhere(String mount) {
        return !mount.startsWith("/sys:") && !mount.startsWith("/sys/");
    }

    private static String of(int pid, Predicate<String> counts) throws KernelException {
        String root = Proc.link("/proc/" + pid + "/root");
        String above = root.equals("/") ? "" : root;
        List<String> theirs = mounts(MountInfo.of(pid), above);
        List<String> ours = mounts(Proc.text(Home.directory() + "/mountinfo"), "");
        if (!above.isEmpty()) {
            // It is shown what is mounted below its root alone.
            ours.removeIf(mount -> !mount.startsWith(above + "/") && !mount.startsWith(above + ":"));
        }
        theirs.removeIf(counts.negate());
        ours.removeIf(counts.negate());
        for (String mount : theirs) {
            if (!ours.contains(mount)) {
                return mount;
            }
        }
        for (String mount : ours) {
            if (!theirs.contains(mount)) {
                return mount + " is missing";
            }
        }
        return "";
    }

    /** Where what is mounted, e.g. {@code /tmp: tmpfs / of 0:35}, without file systems of type proc. */
    static List<String> mounts(String mountinfo) {
        return mounts(mountinfo, "");
    }

    private static List<String> mounts(String mountinfo, String above) {
        List<String> mounts = new ArrayList<>();
        for (String line : mountinfo.split("\n", -1)) {
            // 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
            int dash = line.indexOf(" - ");
            if (dash >= 0) {
                String[] head = line.split(" ", -1);
                String type = line.substring(dash + 3).split(" ", -1)[0];
                if (!type.equals("proc")) {
                    String point = head[POINT].equals("/") && !above.isEmpty() ? above : above + head[POINT];
                    mounts.add(point + ": " + type + " " + head[ROOT] + " of " + head[DEVICE]);
                }
            }
        }
        return mounts;
    }
}
