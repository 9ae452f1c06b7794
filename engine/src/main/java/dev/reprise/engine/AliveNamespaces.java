package dev.reprise.engine;

import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mounts;
import dev.reprise.kernel.Namespace;
import dev.reprise.kernel.NamespaceKind;
import dev.reprise.kernel.Proc;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The namespaces that are alive: somebody is in them, or they are bound to a name. */
final class AliveNamespaces {
    private AliveNamespaces() {}

    /** Which boot this is, as images have it. */
    static String bootId() throws KernelException {
        return Proc.text("/proc/sys/kernel/random/boot_id").strip();
    }

    /** The one with a number, or else what a name is bound to; null where there is neither. {@code unique}: 0 for none. */
    static @Nullable Namespace find(NamespaceKind kind, long unique, String path) throws KernelException {
        Namespace found = unique == 0 ? null : withNumber(kind, unique);
        return found != null || path.isEmpty() ? found : atOrNull(kind, path);
    }

    private static @Nullable Namespace withNumber(NamespaceKind kind, long unique) throws KernelException {
        List<String> paths = new ArrayList<>(Mounts.namespaces());
        for (int pid : Proc.numbers("/proc")) {
            paths.add("/proc/" + pid + "/ns/" + kind.link());
        }
        Set<String> seen = new HashSet<>();
        for (String path : paths) {
            Namespace candidate = isNew(path, seen) ? atOrNull(kind, path) : null;
            if (candidate != null) {
                if (candidate.unique() == unique) {
                    return candidate;
                }
                candidate.close();
            }
        }
        return null;
    }

    // A name tells nothing before it is opened.
    private static boolean isNew(String path, Set<String> seen) {
        if (!path.startsWith("/proc/")) {
            return true;
        }
        try {
            return seen.add(Proc.link(path));
        } catch (KernelException endedOrDenied) {
            return false;
        }
    }

    private static @Nullable Namespace atOrNull(NamespaceKind kind, String path) {
        try {
            return Namespace.at(kind, path);
        } catch (KernelException gone) {
            return null;
        }
    }
}
