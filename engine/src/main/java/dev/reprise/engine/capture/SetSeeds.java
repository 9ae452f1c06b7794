package dev.reprise.engine.capture;

import dev.reprise.engine.model.Target;
import dev.reprise.engine.program.x86_64.SeedElf;
import dev.reprise.engine.twin.Twins;
import dev.reprise.kernel.Home;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStatus;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.StringTokenizer;
import java.util.TreeSet;

/** The processes that a target names by itself, before anybody looks for their children. */
final class SetSeeds {
    private static final String CGROUPS = "/sys/fs/cgroup";

    private static final int FIRST = 1;

    private SetSeeds() {}

    static Set<Integer> of(Target target) throws KernelException {
        return switch (target) {
            case Target.Tree tree -> Set.of(tree.pid());
            case Target.Only only -> Set.of(only.pid());
            case Target.Cgroup group -> inCgroup(group.directory());
            case Target.PidNamespaceOf namespace -> inPidNamespace(namespace.pid());
        };
    }

    // A path under /sys/fs/cgroup, or as /proc/PID/cgroup has it.
    private static Set<Integer> inCgroup(Path directory) throws KernelException {
        String path = directory.toString();
        Set<Integer> pids = new TreeSet<>();
        String full = path.startsWith(CGROUPS) ? path : CGROUPS + (path.startsWith("/") ? path : "/" + path);
        addCgroup(Home.ours(full), pids);
        return pids;
    }

    private static void addCgroup(String directory, Set<Integer> pids) throws KernelException {
        StringTokenizer lines = new StringTokenizer(Proc.text(directory + "/cgroup.procs"));
        while (lines.hasMoreTokens()) {
            int pid = Integer.parseInt(lines.nextToken());
            if (!Twins.isOne(pid)) { // it stays in the group of the program that it is of
                pids.add(pid);
            }
        }
        List<String> names = Proc.list(directory);
        for (String name : names) {
            try {
                Proc.list(directory + "/" + name);
            } catch (KernelException noDirectory) {
                noDirectory.requireAnswer();
                continue;
            }
            addCgroup(directory + "/" + name, pids);
        }
    }

    // Those below it are children of these, or children's children. What a restore has made the namespace's first
    // process is
    // none of the program's.
    private static Set<Integer> inPidNamespace(int pid) throws KernelException {
        String wanted = Proc.link("/proc/" + pid + "/ns/pid");
        Set<Integer> pids = new TreeSet<>();
        for (int other : Proc.numbers("/proc")) {
            try {
                if (Proc.link("/proc/" + other + "/ns/pid").equals(wanted) && !isSeed(other) && !Twins.isOne(other)) {
                    pids.add(other);
                }
            } catch (KernelException goneOrDenied) {
                goneOrDenied.requireAnswer();
                // a zombie shows none; its parent's list of children has it
            }
        }
        return pids;
    }

    private static boolean isSeed(int pid) throws KernelException {
        return Proc.link("/proc/" + pid + "/exe").startsWith("/memfd:" + SeedElf.NAME)
                && ProcStatus.of(pid, pid).innermost("NSpid") == FIRST;
    }
}
