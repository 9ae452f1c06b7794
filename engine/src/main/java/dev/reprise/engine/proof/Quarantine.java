package dev.reprise.engine.proof;

import dev.reprise.image.state.Image;
import dev.reprise.image.state.Pseudoterminal;
import dev.reprise.kernel.CloneArgs;
import dev.reprise.kernel.Home;
import dev.reprise.kernel.Interfaces;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mounts;
import dev.reprise.kernel.OwnThread;
import java.util.concurrent.Callable;

/**
 * A thread with mounts, a network and IPC objects of its own, in which an image can be restored beside its original: same names,
 * same addresses, same ids. What is made under a name goes into memory, and nothing goes out of it.
 */
final class Quarantine {
    private static final long NAMESPACES = CloneArgs.CLONE_NEWNS | CloneArgs.CLONE_NEWNET | CloneArgs.CLONE_NEWIPC;

    private Quarantine() {}

    /** Does {@code work} there. */
    static <T> T run(Image image, Callable<T> work) throws Exception {
        return OwnThread.run("quarantine", () -> {
            begin(image);
            return work.call();
        });
    }

    private static void begin(Image image) throws KernelException, UnprovedException {
        Interfaces interfaces = Interfaces.read();
        NetworkSettings settings = NetworkSettings.read();
        Mounts.unshare(NAMESPACES);
        Home.settle();
        Mounts.makePrivate();
        interfaces.mirror();
        settings.write();
        if (image.objects().stream().anyMatch(Pseudoterminal.class::isInstance)) {
            Mounts.mount("devpts", "/dev/pts", "newinstance,ptmxmode=0666");
        }
        NewNames.of(image).cover();
    }
}
