package dev.reprise.engine.capture;

import dev.reprise.image.state.FifoEnd;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.OutsideFile;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.KernelException;

/** Named pipes: by name, with the bytes in them. */
final class FifoCapture implements OpenFileCapture {
    @Override
    public boolean recognizes(LiveDescriptor d) {
        return d.type() == Fcntl.S_IFIFO;
    }

    @Override
    public void look(LiveDescriptor d, DescriptorLook look) {
        String why = d.whyNameless();
        if (look.isHeldOutside(d)) {
            if (!look.isStandardStream(d)) {
                look.refuseLink(
                        d,
                        "FIFO to another process",
                        "another process has " + d.link() + " open",
                        "checkpoint the processes together, or close it");
            }
        } else if (!why.isEmpty() && !d.isDeleted()) {
            look.refuse(d, "nameless FIFO", d.link() + ": " + why, "keep it under its name, or close it");
        }
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) throws KernelException {
        if (take.look().isHeldOutside(d)) {
            return new OutsideFile(id, d.info().statusFlags(), take.owner(d), d.link());
        }
        ObjectId pipe = PipeContents.pipeOf(d, DeviceInode.of(d.status()), take);
        return new FifoEnd(id, d.info().statusFlags(), take.owner(d), d.identity(), pipe);
    }
}
