package dev.reprise.engine.capture;

import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.ProcFile;
import dev.reprise.kernel.FileSystem;
import dev.reprise.kernel.KernelException;

/** Files and directories of /proc: those about the system, and those about the tasks that are checkpointed. */
final class ProcFileCapture implements OpenFileCapture {
    @Override
    public boolean recognizes(LiveDescriptor d) {
        try {
            return d.link().startsWith("/") && FileSystem.of(d.copy()) == FileSystem.PROC_SUPER_MAGIC;
        } catch (KernelException unknown) {
            return false;
        }
    }

    @Override
    public void look(LiveDescriptor d, DescriptorLook look) throws KernelException {
        if (!look.requireMounted(d)) {
            return;
        }
        if (d.link().contains("/pressure/") && (d.info().flags() & 3) != 0) {
            look.refuse(d, "pressure trigger", d.link() + ": the kernel does not show what is set", "close it");
        } else if (ProcPath.of(d, look.set()).isEmpty()) {
            look.refuse(
                    d,
                    "file of /proc of another process",
                    d.link() + " is about no task that is checkpointed",
                    "checkpoint the processes together, or close it");
        }
        look.requireNotTravelling(d, "file of /proc");
        FileLocks.look(d, look);
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) throws KernelException {
        return new ProcFile(
                id,
                d.info().statusFlags(),
                take.owner(d),
                ProcPath.of(d, take.look().set()),
                d.info().position());
    }
}
