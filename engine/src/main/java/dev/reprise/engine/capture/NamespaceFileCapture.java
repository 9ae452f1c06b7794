package dev.reprise.engine.capture;

import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.ProcFile;
import dev.reprise.kernel.FileSystem;
import dev.reprise.kernel.KernelException;

/**
 * Open namespaces (/proc/PID/ns/uts): a process's own, which is opened anew from there.
 *
 * <pre>uts:[4026531838]   how they are called, wherever they were opened</pre>
 */
final class NamespaceFileCapture implements OpenFileCapture {
    private static final String OWN = "/proc/self/ns/";

    @Override
    public boolean recognizes(LiveDescriptor d) {
        try {
            return d.link().contains(":[") && FileSystem.of(d.copy()) == FileSystem.NSFS_MAGIC;
        } catch (KernelException unknown) {
            return false;
        }
    }

    @Override
    public void look(LiveDescriptor d, DescriptorLook look) throws KernelException {
        look.requireNotTravelling(d, "namespace file");
        if (!d.link().equals(NamespaceLook.link(d.pid(), kind(d)))) {
            look.refuse(
                    d, "namespace file", d.link() + " is not the process's own, and cannot be found again", "close it");
        }
    }

    private static String kind(LiveDescriptor d) {
        return d.link().substring(0, d.link().indexOf(':'));
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) throws KernelException {
        return new ProcFile(id, d.info().statusFlags(), take.owner(d), OWN + kind(d), 0);
    }
}
