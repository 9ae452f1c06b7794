package dev.reprise.engine.capture;

import dev.reprise.image.state.FileIdentity;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.RegularFile;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.KernelException;

/** Regular files: by name, with flags and position. */
final class RegularFileCapture implements OpenFileCapture {
    @Override
    public boolean recognizes(LiveDescriptor d) {
        return d.type() == Fcntl.S_IFREG;
    }

    @Override
    public void look(LiveDescriptor d, DescriptorLook look) {
        if (d.link().equals("/secretmem (deleted)")) {
            look.refuse(d, "memfd_secret", "nobody but the process can read it", "");
            return;
        }
        String why = d.whyNameless();
        if (!why.isEmpty() && OtherName.of(d).isEmpty()) {
            look.refuse(d, "nameless file", d.link() + ": " + why, "keep the file under its name, or close it");
        }
        FileLocks.look(d, look);
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) throws KernelException {
        String other = OtherName.of(d);
        FileIdentity file = d.identity();
        return new RegularFile(
                id,
                d.info().statusFlags(),
                take.owner(d),
                other.isEmpty() ? file : file.at(other),
                d.info().position(),
                other.isEmpty() ? "" : file.name());
    }
}
