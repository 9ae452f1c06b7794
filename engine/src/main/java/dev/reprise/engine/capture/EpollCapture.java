package dev.reprise.engine.capture;

import dev.reprise.image.state.Epoll;
import dev.reprise.image.state.EpollMember;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.kernel.KernelException;

/** Sets of epoll_create(2). */
final class EpollCapture implements OpenFileCapture {
    @Override
    public boolean recognizes(LiveDescriptor d) {
        return d.link().equals("anon_inode:[eventpoll]");
    }

    @Override
    public void look(LiveDescriptor d, DescriptorLook look) throws KernelException {
        look.requireOwn(d, "epoll set");
        for (EpollMember member : look.epollMembers(d)) {
            if (member.target().equals(ObjectId.NONE)) {
                look.refuse(
                        d,
                        "epoll member without descriptor",
                        "it watches a file, added as " + member.number()
                                + ", that no descriptor of the process leads to",
                        "remove it from the set before closing its descriptor");
            }
        }
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) throws KernelException {
        return new Epoll(id, d.info().statusFlags(), take.owner(d), take.look().epollMembers(d));
    }
}
