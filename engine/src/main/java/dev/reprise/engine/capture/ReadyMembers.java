package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioctl;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.reprise.image.state.EpollMember;
import dev.reprise.image.state.EpollPolling;
import dev.reprise.kernel.Btf.UnknownLayoutException;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Epoll;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.Ioctl;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.KernelMemory;
import dev.reprise.kernel.Poll;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which members of an epoll set wait to be told of. epoll_ctl(2) puts a member that is ready on the list of those; what is edge-triggered and
 * has been told of is not on it, and must not be after a restore.
 *
 * <p>A set that is not ready itself has none. Otherwise the list is in the kernel's memory (fs/eventpoll.c, struct eventpoll, rdllist);
 * where we may not look there, all are told of again.
 */
final class ReadyMembers {
    private static final int MOST = 1 << 20;

    private ReadyMembers() {}

    private record Key(int number, long data) {}

    /** The members as they are. */
    static List<EpollMember> mark(List<EpollMember> members, Fd set, KernelView kernel) throws KernelException {
        if (members.stream().noneMatch(ReadyMembers::isEdgeTriggered)) {
            return members;
        }
        Set<Key> ready = (Poll.now(set) & Poll.POLLIN) == 0
                ? Set.of()
                : kernel.of(memory -> ready(memory, set)).orElse(null);
        if (ready == null) {
            return members;
        }
        List<EpollMember> marked = new ArrayList<>();
        for (EpollMember member : members) {
            boolean isTold = isEdgeTriggered(member) && !ready.contains(new Key(member.number(), member.data()));
            marked.add(new EpollMember(member.number(), member.target(), member.events(), member.data(), isTold));
        }
        return marked;
    }

    /** Learns what it takes to tell, before the freeze, if the set is as ready as it will be then. */
    static void learn(List<EpollMember> members, Fd set, KernelView kernel) throws KernelException {
        if (members.stream().anyMatch(ReadyMembers::isEdgeTriggered) && (Poll.now(set) & Poll.POLLIN) != 0) {
            kernel.of(memory -> ready(memory, set));
        }
    }

    private static boolean isEdgeTriggered(EpollMember member) {
        boolean isSpent = (member.events() & ~Epoll.PRIVATE_BITS) == 0;
        return (member.events() & Epoll.EPOLLET) != 0 && !isSpent;
    }

    private static Set<Key> ready(KernelMemory memory, Fd set) throws KernelException, UnknownLayoutException {
        long queue = memory.field(memory.file(set), "file", "private_data");
        long head = queue + memory.offset("eventpoll", "rdllist");
        int link = memory.offset("epitem", "rdllink");
        Set<Key> ready = new HashSet<>();
        long node = memory.field(head, "list_head", "next");
        // Of a program that runs, what is read may lead in a circle.
        for (int i = 0; node != head && i < MOST; i++) {
            long item = node - link;
            ready.add(
                    new Key((int) memory.field(item, "epitem", "ffd.fd"), memory.field(item, "epitem", "event.data")));
            node = memory.field(node, "list_head", "next");
        }
        return ready;
    }

    /** How the set polls the network (EPIOCGPARAMS, Linux 6.9). */
    static EpollPolling polling(Fd set) {
        try (Arena arena = Arena.ofConfined()) {
            // struct epoll_params { u32 busy_poll_usecs; u16 busy_poll_budget; u8 prefer_busy_poll, pad; }
            MemorySegment params = arena.allocate(8, 4);
            if (Door.isError(Door.call(SYS_ioctl, set.number(), Ioctl.EPIOCGPARAMS, params.address()))) {
                return EpollPolling.NONE;
            }
            return new EpollPolling(
                    params.get(JAVA_INT, 0), params.get(JAVA_SHORT, 4) & 0xffff, params.get(JAVA_BYTE, 6) != 0);
        }
    }
}
