package dev.reprise.engine.capture;

import dev.reprise.image.state.ObjectId;
import dev.reprise.kernel.FdInfo;
import dev.reprise.kernel.KcmpFile;
import dev.reprise.kernel.KernelException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The open file descriptions of the processes of a set, each with the descriptors that share it.
 *
 * <p>kcmp(2) is asked only about descriptors that look alike (same file, flags and position), and there by binary
 * search in its own order, so that the cost grows with the number of descriptors and not with its square.
 */
final class Descriptions {
    private static final int LAST_STANDARD_STREAM = 2;

    /** One description: the lowest of its numbers in the first process that has it stands for it. */
    record Description(int pid, int number, String link, FdInfo info, ObjectId id) {}

    private record Likeness(String link, long inode, int mount, int flags, long position) {}

    private record Place(int pid, int number) {}

    private final Map<Likeness, List<Description>> alike = new HashMap<>();
    private final Map<String, List<List<Description>>> alikeByLink = new HashMap<>();
    private final List<Description> all = new ArrayList<>();
    private final Map<Long, List<Description>> byInode = new HashMap<>();
    private final Map<Place, Description> byPlace = new HashMap<>();
    private final Set<ObjectId> standardStreams = new HashSet<>();
    private final Set<ObjectId> inFlight = new HashSet<>();
    private final Set<ObjectId> travelling = new HashSet<>();

    /** Adds a descriptor of process {@code pid}; processes in their order, numbers ascending. */
    void add(int pid, int number, String link, FdInfo info, ObjectTable objects) throws KernelException {
        Description description = description(pid, number, link, info, objects);
        if (number <= LAST_STANDARD_STREAM) {
            standardStreams.add(description.id());
        }
    }

    /** Adds a descriptor that process {@code parent} has under the same number. False, and nothing is added, when that is not known. */
    boolean addInherited(int pid, int number, int parent) {
        Description known = at(parent, number);
        if (known == null) {
            return false;
        }
        byPlace.put(new Place(pid, number), known);
        if (number <= LAST_STANDARD_STREAM) {
            standardStreams.add(known.id());
        }
        return true;
    }

    /** Adds what we ourselves have got in a message, which may be known; its id. */
    ObjectId addInFlight(int self, int number, String link, FdInfo info, ObjectTable objects) throws KernelException {
        ObjectId id = description(self, number, link, info, objects).id();
        travelling.add(id);
        if (isFirst(self, number)) {
            inFlight.add(id);
        }
        return id;
    }

    private Description description(int pid, int number, String link, FdInfo info, ObjectTable objects)
            throws KernelException {
        Likeness likeness = new Likeness(link, info.inode(), info.mountId(), info.statusFlags(), info.position());
        List<Description> candidates = alike.get(likeness);
        if (candidates == null) {
            candidates = new ArrayList<>();
            alike.put(likeness, candidates);
            alikeByLink.computeIfAbsent(link, _ -> new ArrayList<>()).add(candidates);
        }
        int at = search(candidates, pid, number);
        Description description;
        if (at < 0) {
            description = new Description(pid, number, link, info, objects.newId());
            candidates.add(-at - 1, description);
            all.add(description);
            byInode.computeIfAbsent(info.inode(), _ -> new ArrayList<>()).add(description);
        } else {
            description = candidates.get(at);
        }
        byPlace.put(new Place(pid, number), description);
        return description;
    }

    /** Whether it is on its way in a message, whoever else has it. */
    boolean isTravelling(int pid, int number) {
        return travelling.contains(idOf(pid, number));
    }

    /** Whether no process has it: it is on its way in a message. */
    boolean isInFlight(int pid, int number) {
        return inFlight.contains(idOf(pid, number));
    }

    private static int search(List<Description> sorted, int pid, int number) throws KernelException {
        int low = 0;
        int high = sorted.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            Description other = sorted.get(middle);
            int order = KcmpFile.compare(other.pid(), other.number(), pid, number);
            if (order == 0) {
                return middle;
            } else if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -low - 1;
    }

    /** The description that a process outside has open, too, under {@code number}. */
    @Nullable
    Description sharedWith(int otherPid, int number, String link) throws KernelException {
        for (List<Description> candidates : alikeByLink.getOrDefault(link, List.of())) {
            int at = search(candidates, otherPid, number);
            if (at >= 0) {
                return candidates.get(at);
            }
        }
        return null;
    }

    /** All, by the process and the lowest number that they were found under. */
    List<Description> all() {
        return all;
    }

    /** Those whose file has this inode. */
    List<Description> withInode(long inode) {
        return byInode.getOrDefault(inode, List.of());
    }

    /** The description with an id. */
    Description withId(ObjectId id) {
        for (Description description : all) {
            if (description.id().equals(id)) {
                return description;
            }
        }
        throw new IllegalArgumentException("no open file with id " + id.value());
    }

    /** The description that a descriptor leads to. */
    @Nullable
    Description at(int pid, int number) {
        return byPlace.get(new Place(pid, number));
    }

    /** The processes that have a description. */
    Set<Integer> holders(ObjectId id) {
        Set<Integer> holders = new HashSet<>();
        byPlace.forEach((place, description) -> {
            if (description.id().equals(id)) {
                holders.add(place.pid());
            }
        });
        return holders;
    }

    /** The lowest number of a description in each process that has it. */
    Map<Integer, Integer> numbers(ObjectId id) {
        Map<Integer, Integer> numbers = new TreeMap<>();
        byPlace.forEach((place, description) -> {
            if (description.id().equals(id)) {
                numbers.merge(place.pid(), place.number(), Math::min);
            }
        });
        return numbers;
    }

    /** Whether a descriptor stands for its description. */
    boolean isFirst(int pid, int number) {
        Description description = at(pid, number);
        return description != null && description.pid() == pid && description.number() == number;
    }

    /** The id of the description that a descriptor leads to, or {@link ObjectId#NONE}. */
    ObjectId idOf(int pid, int number) {
        Description description = at(pid, number);
        return description == null ? ObjectId.NONE : description.id();
    }

    /** Whether the description is one of descriptors 0-2 of any process. */
    boolean isStandardStream(int pid, int number) {
        return standardStreams.contains(idOf(pid, number));
    }
}
