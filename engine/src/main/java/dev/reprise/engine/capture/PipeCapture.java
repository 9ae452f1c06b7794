package dev.reprise.engine.capture;

import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.OutsideFile;
import dev.reprise.image.state.PipeEnd;
import dev.reprise.kernel.KernelException;

/** Ends of pipe(2); those among 0-2 that lead outside are replaced by restore's own streams. */
final class PipeCapture implements OpenFileCapture {
    @Override
    public boolean recognizes(LiveDescriptor d) {
        return d.link().startsWith("pipe:[");
    }

    @Override
    public void look(LiveDescriptor d, DescriptorLook look) {
        if (look.isHeldOutside(d) && !look.isStandardStream(d)) {
            look.refuseLink(
                    d,
                    "pipe to another process",
                    "another process has an end of " + d.link() + " open",
                    "checkpoint the processes together, or close it");
        }
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) throws KernelException {
        if (take.look().isHeldOutside(d)) {
            return new OutsideFile(id, d.info().statusFlags(), take.owner(d), d.link());
        }
        return new PipeEnd(id, d.info().statusFlags(), take.owner(d), PipeContents.pipeOf(d, d.link(), take));
    }
}
