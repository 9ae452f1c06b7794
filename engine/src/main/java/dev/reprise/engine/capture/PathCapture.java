package dev.reprise.engine.capture;

import dev.reprise.image.state.FileOwner;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.PathFile;
import dev.reprise.kernel.KernelException;

/** Files of every type that are open with O_PATH only. */
final class PathCapture implements OpenFileCapture {
    @Override
    public boolean recognizes(LiveDescriptor d) {
        return d.isPathOnly() && !(d.isDeleted() && d.status().isDirectory()); // those are made again
    }

    @Override
    public void look(LiveDescriptor d, DescriptorLook look) throws KernelException {
        if (!look.requireMounted(d)) {
            return;
        }
        String why = d.whyNameless();
        if (!why.isEmpty()) {
            look.refuse(d, "O_PATH descriptor", d.link() + ": " + why, "keep it under its name, or close it");
        }
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) {
        return new PathFile(id, d.info().statusFlags(), FileOwner.NONE, d.identity());
    }
}
