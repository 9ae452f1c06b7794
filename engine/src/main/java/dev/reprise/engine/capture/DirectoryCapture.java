package dev.reprise.engine.capture;

import dev.reprise.image.state.DirectoryFile;
import dev.reprise.image.state.FileOwner;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.KernelException;

/** Directories: by name, with the position of readdir(3). */
final class DirectoryCapture implements OpenFileCapture {
    @Override
    public boolean recognizes(LiveDescriptor d) {
        return d.type() == Fcntl.S_IFDIR;
    }

    @Override
    public void look(LiveDescriptor d, DescriptorLook look) throws KernelException {
        if (!look.requireMounted(d)) {
            return;
        }
        String why = d.whyNameless();
        if (!why.isEmpty() && !d.isDeleted()) {
            look.refuse(d, "nameless directory", d.link() + ": " + why, "keep it under its name, or close it");
        }
        FileLocks.look(d, look);
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) throws KernelException {
        FileOwner owner = take.owner(d);
        return new DirectoryFile(
                id,
                d.info().statusFlags(),
                owner,
                d.identity(),
                d.info().position(),
                owner.pid() == 0 ? 0 : DirectoryNotices.of(d.copy(), take.look().kernel()));
    }
}
