package dev.reprise.engine.capture;

import dev.reprise.image.state.Epoll;
import dev.reprise.image.state.EpollMember;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.kernel.KernelException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Sets of epoll_create(2). */
final class EpollCapture implements OpenFileCapture {
    @Override
    public boolean recognizes(LiveDescriptor d) {
        return d.link().equals("anon_inode:[eventpoll]");
    }

    @Override
    public void look(LiveDescriptor d, DescriptorLook look) throws KernelException {
        look.requireOwn(d, "epoll set");
        List<EpollMember> members = look.epollMembers(d);
        if (!look.isFrozen()) {
            ReadyMembers.learn(members, d.copy(), look.kernel());
        }
        Set<ObjectId> ofTasks = members.isEmpty() ? Set.of() : ofTasks(look);
        for (EpollMember member : members) {
            if (member.target().equals(ObjectId.NONE)) {
                look.refuse(
                        d,
                        "epoll member without descriptor",
                        "it watches a file, added as " + member.number()
                                + ", that no descriptor of the process leads to",
                        "remove it from the set before closing its descriptor");
            } else if (ofTasks.contains(member.target()) && isShared(d, member, look)) {
                look.refuse(
                        d,
                        "shared epoll set",
                        "it watches a pidfd or a file of /proc, added as " + member.number()
                                + ", which is made when its processes have been, by each for itself",
                        "remove it from the set");
            }
        }
    }

    // Such a member is added by whoever makes the set: only if nobody else has that, it is known to have both.
    private static boolean isShared(LiveDescriptor d, EpollMember member, DescriptorLook look) {
        Descriptions.Description set = look.descriptions().at(d.pid(), d.number());
        Set<Integer> holders = set == null ? Set.of() : look.descriptions().holders(set.id());
        return holders.size() != 1
                || !look.descriptions().holders(member.target()).containsAll(holders);
    }

    private static Set<ObjectId> ofTasks(DescriptorLook look) {
        Set<ObjectId> ofTasks = new HashSet<>();
        for (Descriptions.Description one : look.descriptions().all()) {
            if (one.link().equals("anon_inode:[pidfd]") || one.link().startsWith("/proc/")) {
                ofTasks.add(one.id());
            }
        }
        return ofTasks;
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) throws KernelException {
        List<EpollMember> members = take.look().epollMembers(d);
        return new Epoll(
                id,
                d.info().statusFlags(),
                take.owner(d),
                ReadyMembers.mark(members, d.copy(), take.look().kernel()),
                ReadyMembers.polling(d.copy()));
    }
}
