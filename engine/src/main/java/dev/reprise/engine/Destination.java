package dev.reprise.engine;

import dev.reprise.engine.model.Reason;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.engine.model.RestoreOptions;
import dev.reprise.image.state.EnteredNamespace;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.SharedObject;
import dev.reprise.kernel.Abroad;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mounts;
import dev.reprise.kernel.Namespace;
import dev.reprise.kernel.NamespaceKind;
import dev.reprise.kernel.Native;
import dev.reprise.kernel.OwnThread;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Where an image is restored: in the network and mount namespaces that its processes were in, if these were not the tool's. */
final class Destination implements AutoCloseable {
    private final RestoreOptions options;
    private final boolean ownIds;
    private final List<Namespace> namespaces = new ArrayList<>();
    private boolean otherFiles;
    private boolean anotherSysfs;

    private Destination(Image image, RestoreOptions options) {
        this.options = options;
        ownIds = !options.pidNamespace() && image.processes().getFirst().pid() != 1;
    }

    /**
     * That of an image; everything is found before anything is done.
     *
     * @throws RestoreException which namespace is gone
     */
    static Destination of(Image image, RestoreOptions options) throws RestoreException, KernelException {
        Destination destination = new Destination(image, options);
        try {
            for (EnteredNamespace.Kind kind : EnteredNamespace.Kind.values()) {
                destination.add(kind, image);
            }
            return destination;
        } catch (KernelException | RestoreException | RuntimeException failure) {
            destination.close();
            throw failure;
        }
    }

    private void add(EnteredNamespace.Kind kind, Image image) throws KernelException, RestoreException {
        @Nullable EnteredNamespace saved = null;
        for (SharedObject object : image.objects()) {
            if (object instanceof EnteredNamespace one && one.kind() == kind) {
                saved = one;
            }
        }
        NamespaceKind which = kind == EnteredNamespace.Kind.NETWORK ? NamespaceKind.NETWORK : NamespaceKind.MOUNT;
        @Nullable Path wanted = options.namespaces().get(kind);
        if (wanted != null) {
            enter(Namespace.at(which, Native.chars(wanted)));
        } else if (saved != null) {
            boolean sameBoot = image.machine().bootId().equals(AliveNamespaces.bootId());
            @Nullable Namespace alive = AliveNamespaces.find(which, sameBoot ? saved.unique() : 0, saved.path());
            if (alive != null) {
                enter(alive);
            } else if (saved.onlySysfs()) {
                anotherSysfs = true;
            } else {
                throw gone(which, saved);
            }
        }
    }

    private void enter(Namespace namespace) {
        namespaces.add(namespace);
        otherFiles |= namespace.kind() == NamespaceKind.MOUNT;
    }

    private static RestoreException gone(NamespaceKind kind, EnteredNamespace saved) {
        String name = saved.path().isEmpty() ? "" : " (" + saved.path() + ")";
        return new RestoreException(new Reason.Incapable(
                "the " + kind.link() + " namespace of the program" + name + " is gone",
                "give another: --namespace " + kind.link() + "=FILE"));
    }

    /** Whether it is where other files are seen than here, if it is where it was. */
    static boolean hasOtherFiles(Image image) {
        return image.objects().stream()
                .anyMatch(object -> object instanceof EnteredNamespace one
                        && one.kind() == EnteredNamespace.Kind.MOUNT
                        && !one.onlySysfs());
    }

    /** Whether other files are seen there than here. */
    boolean hasOtherFiles() {
        return otherFiles;
    }

    /** Does {@code work} there. */
    <T> T at(Callable<T> work) throws Exception {
        if (namespaces.isEmpty() && !anotherSysfs) {
            return work.call();
        }
        return OwnThread.run("abroad", () -> {
            boolean isCopy = Abroad.enter(namespaces);
            if (isCopy && ownIds) {
                throw new RestoreException(new Reason.Incapable(
                        "the mount namespace of the program has another /proc than ours, where it would not find itself",
                        "--pid-namespace gives it one of its own"));
            }
            if (anotherSysfs) {
                Mounts.unshareSysfs();
            }
            return work.call();
        });
    }

    @Override
    public void close() {
        namespaces.forEach(Namespace::close);
    }
}
