package dev.reprise.kernel;

import java.util.List;
import java.util.concurrent.Callable;

/**
 * A thread that has gone to the namespaces of others, for good: it, and the threads and processes that it starts, see their files and
 * sockets; /proc shows what it shows to us.
 */
public final class Abroad {
    private static final String PROC = "/proc";

    private Abroad() {}

    /** Does {@code work} on a thread in these namespaces, or on the caller's where there are none. */
    public static <T> T run(List<Namespace> namespaces, Callable<T> work) throws Exception {
        if (namespaces.isEmpty()) {
            return work.call();
        }
        return OwnThread.run("abroad", () -> {
            enter(namespaces);
            return work.call();
        });
    }

    /**
     * The calling thread, which has nothing else to do, enters them.
     *
     * @return whether it is in a copy of the mount namespace: what is mounted at /proc in that one shows other processes, or nothing
     */
    public static boolean enter(List<Namespace> namespaces) throws KernelException {
        boolean copies = false;
        Mounts.unshare(CloneArgs.CLONE_FS);
        for (Namespace namespace : namespaces) {
            if (namespace.kind() == NamespaceKind.MOUNT) {
                copies = enterMounts(namespace);
                Home.settleFarAway();
            } else {
                namespace.enter();
            }
        }
        Home.settle();
        return copies;
    }

    private static boolean enterMounts(Namespace namespace) throws KernelException {
        try (Fd ours = Mounts.copyAlone(PROC)) {
            String processes = Proc.link("/proc/self/ns/pid");
            namespace.enter();
            if (isOurs(processes)) {
                return false;
            }
            Mounts.unshare(CloneArgs.CLONE_NEWNS);
            Mounts.makePrivate();
            Mounts.attach(ours, PROC);
            return true;
        }
    }

    private static boolean isOurs(String processes) {
        try {
            return Proc.link("/proc/self").equals(Integer.toString(Proc.ownPid()))
                    && Proc.link("/proc/self/ns/pid").equals(processes);
        } catch (KernelException none) {
            return false;
        }
    }
}
