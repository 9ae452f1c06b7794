package dev.reprise.engine.capture;

import dev.reprise.image.state.Epoll;
import dev.reprise.image.state.EpollMember;
import dev.reprise.image.state.ObjectId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Orders epoll sets so that a set inside another stands before it; the kernel allows no circles. */
final class EpollOrder {
    private final Map<ObjectId, Epoll> sets = new HashMap<>();
    private final Set<ObjectId> placed = new HashSet<>();
    private final List<Epoll> ordered = new ArrayList<>();

    private EpollOrder(List<Epoll> sets) {
        for (Epoll set : sets) {
            this.sets.put(set.id(), set);
        }
    }

    static List<Epoll> innerFirst(List<Epoll> sets) {
        EpollOrder order = new EpollOrder(sets);
        for (Epoll set : sets) {
            order.place(set);
        }
        return order.ordered;
    }

    private void place(Epoll set) {
        if (placed.add(set.id())) {
            for (EpollMember member : set.members()) {
                Epoll inner = sets.get(member.target());
                if (inner != null) {
                    place(inner);
                }
            }
            ordered.add(set);
        }
    }
}
