package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.UtsNamespace;
import dev.reprise.kernel.KernelException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The UTS namespaces of a set, one record for each that is not the tool's.
 *
 * <p>A restored process makes its namespace before its threads and children are born, who have it from their birth on. So
 * one process of a set may have entered a namespace, and all others in it are its descendants: others are refused.
 */
final class UtsCapture {
    private static final String KIND = "uts";

    private UtsCapture() {}

    /** Who is in a namespace that it cannot have from its birth on, nor make. */
    static List<Refusal> look(ProcessSet set) throws KernelException {
        String ours = NamespaceLook.link("self", KIND);
        Map<Integer, String> namespaces = new HashMap<>();
        for (Member member : set.members()) {
            try {
                namespaces.put(member.pid(), NamespaceLook.link(member.tid(), KIND));
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
                        "uts namespace",
                        member.text(),
                        "it has entered " + own + ", which is not its parent's nor one that it alone has made",
                        ""));
            }
        }
        return refusals;
    }

    /** The object of a process's namespace, added to the table; none for our own. */
    static ObjectId take(int tid, UtsProbe.Names names, ObjectTable objects) throws KernelException {
        String namespace = NamespaceLook.link(tid, KIND);
        if (namespace.equals(NamespaceLook.link("self", KIND))) {
            return ObjectId.NONE;
        }
        ObjectId known = objects.find(namespace);
        if (known.equals(ObjectId.NONE)) {
            known = objects.register(namespace);
            objects.add(new UtsNamespace(known, names.node(), names.domain()));
        }
        return known;
    }
}
