package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.kernel.KernelException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who is in namespaces of their own.
 *
 * <p>A restored process makes its namespace before its threads and children are born, who have it from their birth on. So
 * one process of a set may have entered a namespace, and all others in it are its descendants: others are refused.
 */
final class OwnNamespaces {
    private OwnNamespaces() {}

    /** Who is in a namespace that it cannot have from its birth on, nor make; {@code kind}: as in /proc/PID/ns. */
    static List<Refusal> look(ProcessSet set, String kind) throws KernelException {
        String ours = NamespaceLook.ours(kind);
        Map<Integer, String> namespaces = new HashMap<>();
        for (Member member : set.members()) {
            try {
                namespaces.put(member.pid(), NamespaceLook.link(member.tid(), kind));
            } catch (KernelException ended) {
                Gone.requireGone(ended);
            }
        }
        List<Refusal> refusals = new ArrayList<>(0);
        Set<String> entered = new HashSet<>();
        String first = ours;
        for (Member member : set.members()) {
            String own = namespaces.getOrDefault(member.pid(), "");
            String inherited = namespaces.getOrDefault(member.parent(), first);
            if (member.pid() == set.members().getFirst().pid()) {
                first = own;
            }
            if (!own.isEmpty() && !own.equals(inherited) && (own.equals(ours) || !entered.add(own))) {
                refusals.add(new Refusal(
                        kind + " namespace",
                        member.text(),
                        "it has entered " + own + ", which is not its parent's nor one that it alone has made",
                        ""));
            }
        }
        return refusals;
    }
}
