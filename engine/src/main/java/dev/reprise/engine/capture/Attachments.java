package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.engine.tracee.Segment;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mapping;
import dev.reprise.kernel.Smaps;
import dev.reprise.kernel.SysvIpc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The attachments of System V segments by the processes of one IPC namespace.
 *
 * <p>A mapping says its segment's id, not the namespace where that means it, and survives a move to another one. Only the kernel's
 * sums tell whether all mappings of an id are those of the segment that has it here.
 */
final class Attachments {
    private final Map<Integer, Integer> counts = new HashMap<>();
    private final Map<Integer, String> places = new HashMap<>();
    private final Set<Integer> leftovers = new HashSet<>();

    Attachments(Sharing memory, List<Member> members) throws KernelException {
        for (Member member : members) {
            if (memory.isFirst(member)) {
                add(member);
            }
        }
    }

    private void add(Member member) throws KernelException {
        try {
            for (Mapping mapping : Smaps.mapsOf(member.tid())) {
                if (Segment.isOne(mapping)) {
                    leftovers.add((int) mapping.inode());
                } else if (SystemVMemory.is(mapping.path())) {
                    counts.merge((int) mapping.inode(), 1, Integer::sum);
                    places.putIfAbsent((int) mapping.inode(), "mapping " + mapping.range() + " of " + member.text());
                }
            }
        } catch (KernelException ended) {
            Gone.requireGone(ended);
        }
    }

    /** Where they differ from the table of the namespace. */
    List<Refusal> differences(List<SysvIpc.Entry> segments, String namespace) {
        List<Refusal> refusals = new ArrayList<>(0);
        Map<Integer, Integer> mapped = new HashMap<>(counts);
        for (SysvIpc.Entry segment : segments) {
            int id = segment.number("shmid");
            int attached = segment.number("nattch");
            Integer own = mapped.remove(id);
            if (own == null && (leftovers.contains(id) || Segment.isOurs(segment.number("key")))) {
                continue;
            }
            if (attached > (own == null ? 0 : own)) {
                refuse(refusals, "segment " + id + " of " + namespace, "somebody outside of it has it attached, too");
            } else if (own != null && attached < own) {
                refuse(refusals, places.getOrDefault(id, ""), "it was attached in another ipc namespace");
            }
        }
        for (int id : mapped.keySet()) {
            refuse(refusals, places.getOrDefault(id, ""), "it was attached in another ipc namespace");
        }
        return refusals;
    }

    private static void refuse(List<Refusal> refusals, String where, String reason) {
        refusals.add(new Refusal("System V shared memory", where, reason, ""));
    }
}
