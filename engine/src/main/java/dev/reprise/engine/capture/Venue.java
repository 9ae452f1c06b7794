package dev.reprise.engine.capture;

import dev.reprise.engine.model.Target;
import dev.reprise.image.state.EnteredNamespace;
import dev.reprise.image.state.ObjectId;
import dev.reprise.kernel.Abroad;
import dev.reprise.kernel.Capability;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mounts;
import dev.reprise.kernel.Namespace;
import dev.reprise.kernel.NamespaceKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * Where a target is looked at and checkpointed: in its own network and mount namespaces, where they are not the tool's. A restore
 * enters them again.
 */
public final class Venue implements AutoCloseable {
    private static final InheritableThreadLocal<List<EnteredNamespace>> HERE = new InheritableThreadLocal<>();

    private final List<Namespace> namespaces = new ArrayList<>();
    private final List<EnteredNamespace> entered = new ArrayList<>();

    private Venue() {}

    /** That of a target, by its first process. Where it cannot be told, or entered, the look says what is in the way. */
    public static Venue of(Target target) {
        Venue venue = new Venue();
        try {
            Set<Integer> pids = SetSeeds.of(target);
            if (!pids.isEmpty() && Capability.isEffective(Capability.CAP_SYS_ADMIN)) {
                int pid = pids.iterator().next();
                if (!NamespaceLook.isOurs(pid, NamespaceKind.NETWORK.link())) {
                    venue.add(pid, NamespaceKind.NETWORK, false);
                }
                if (!NamespaceLook.isOurs(pid, NamespaceKind.MOUNT.link())
                        && !MountDifference.of(pid).isEmpty()) {
                    venue.add(pid, NamespaceKind.MOUNT, MountDifference.isOnlySysfs(pid));
                }
            }
        } catch (KernelException unknown) {
            venue.close();
        }
        return venue;
    }

    private void add(int pid, NamespaceKind kind, boolean onlySysfs) throws KernelException {
        Namespace namespace = Namespace.at(kind, "/proc/" + pid + "/ns/" + kind.link());
        namespaces.add(namespace);
        entered.add(new EnteredNamespace(
                ObjectId.NONE,
                kind == NamespaceKind.NETWORK ? EnteredNamespace.Kind.NETWORK : EnteredNamespace.Kind.MOUNT,
                namespace.unique(),
                Mounts.nameOf(namespace.name()),
                onlySysfs));
    }

    /** Does {@code work} there. */
    public <T> T at(Callable<T> work) throws Exception {
        return Abroad.run(namespaces, () -> {
            HERE.set(List.copyOf(entered));
            return work.call();
        });
    }

    /** Whether other files are seen there than here. */
    public boolean hasOtherFiles() {
        return entered.stream().anyMatch(one -> one.kind() == EnteredNamespace.Kind.MOUNT);
    }

    private static List<EnteredNamespace> here() {
        List<EnteredNamespace> entered = HERE.get();
        return entered == null ? List.of() : entered;
    }

    /** Adds what the calling thread has entered to the objects of an image. */
    static void take(ObjectTable objects) {
        for (EnteredNamespace one : here()) {
            objects.add(new EnteredNamespace(objects.newId(), one.kind(), one.unique(), one.path(), one.onlySysfs()));
        }
    }

    /** What a user should know of it, on a thread that has entered it. */
    static List<String> notes() {
        List<String> notes = new ArrayList<>();
        for (EnteredNamespace one : here()) {
            String kind = one.kind() == EnteredNamespace.Kind.NETWORK ? "network" : "mount";
            String name = one.path().isEmpty() ? "" : " (" + one.path() + ")";
            notes.add("it is in another " + kind + " namespace" + name
                    + (one.onlySysfs()
                            ? ", which differs in /sys alone: a restore makes one like it"
                            : ": a restore enters that again, while it is alive"));
        }
        return notes;
    }

    @Override
    public void close() {
        namespaces.forEach(Namespace::close);
        namespaces.clear();
        entered.clear();
    }
}
