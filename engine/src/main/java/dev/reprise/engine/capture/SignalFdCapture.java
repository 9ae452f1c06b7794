package dev.reprise.engine.capture;

import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.SignalFd;
import dev.reprise.kernel.KernelException;

/** Masks of signalfd(2), from fdinfo. */
final class SignalFdCapture implements OpenFileCapture {
    @Override
    public boolean recognizes(LiveDescriptor d) {
        return d.link().equals("anon_inode:[signalfd]");
    }

    @Override
    public void look(LiveDescriptor d, DescriptorLook look) {
        look.requireOwn(d, "signalfd");
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) throws KernelException {
        return new SignalFd(
                id,
                d.info().statusFlags(),
                take.owner(d),
                Long.parseUnsignedLong(d.info().field("sigmask"), 16));
    }
}
