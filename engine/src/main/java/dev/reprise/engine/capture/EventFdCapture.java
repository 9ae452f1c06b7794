package dev.reprise.engine.capture;

import dev.reprise.image.state.EventFd;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.kernel.KernelException;

/** Counters of eventfd(2), from fdinfo. */
final class EventFdCapture implements OpenFileCapture {
    @Override
    public boolean recognizes(LiveDescriptor d) {
        return d.link().equals("anon_inode:[eventfd]");
    }

    @Override
    public void look(LiveDescriptor d, DescriptorLook look) {
        look.requireOwn(d, "eventfd");
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) throws KernelException {
        return new EventFd(
                id,
                d.info().statusFlags(),
                take.owner(d),
                Long.parseUnsignedLong(d.info().field("eventfd-count"), 16),
                d.info().field("eventfd-semaphore").equals("1"));
    }
}
