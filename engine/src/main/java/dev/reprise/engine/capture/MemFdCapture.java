package dev.reprise.engine.capture;

import dev.reprise.image.state.MemFd;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.kernel.KernelException;

/** Open files of memfd_create(2), and of shared anonymous memory; the memory itself is an object that mappings share. */
final class MemFdCapture implements OpenFileCapture {
    @Override
    public boolean recognizes(LiveDescriptor d) {
        return MemoryObjectCapture.isMemfd(d.link()) || isMapped(d);
    }

    // Shared anonymous memory that was opened by a link in /proc/PID/map_files.
    private static boolean isMapped(LiveDescriptor d) {
        return !d.isPathOnly() && MemoryObjectCapture.isSharedAnonymous(d.link());
    }

    @Override
    public void look(LiveDescriptor d, DescriptorLook look) throws KernelException {
        if (HugePages.are(d.copy()) && !HugePages.haveDefaultSize(d.copy())) {
            look.refuse(d, "huge pages of another size", d.link() + " has not the system's default size", "");
        }
        if (look.isHeldOutside(d)) {
            look.refuseLink(
                    d,
                    (isMapped(d) ? "memory" : "memfd") + " shared with another process",
                    "another process has " + d.link() + " open, too",
                    "checkpoint the processes together, or close it");
        }
        FileLocks.look(d, look);
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) throws KernelException {
        ObjectId memory = take.memoryOf(d);
        return new MemFd(
                id, d.info().statusFlags(), take.owner(d), memory, d.info().position());
    }
}
