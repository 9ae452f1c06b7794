package dev.reprise.engine.capture;

import dev.reprise.image.state.ObjectId;
import dev.reprise.kernel.FdInfo;
import dev.reprise.kernel.KcmpFile;
import dev.reprise.kernel.KernelException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The open file descriptions of a frozen process, each with the descriptors that share it.
 *
 * <p>kcmp(2) is asked only about descriptors that look alike (same file, flags and position), and there by binary
 * search in its own order.
 */
final class Descriptions {
    /** One description: the lowest of its numbers stands for it. */
    record Description(int number, String link, FdInfo info, ObjectId id) {}

    private record Likeness(String link, long inode, int mount, int flags, long position) {}

    private final int pid;
    private final Map<Likeness, List<Description>> alike = new HashMap<>();
    private final List<Description> all = new ArrayList<>();
    private final Map<Integer, Description> byNumber = new TreeMap<>();

    Descriptions(int pid) {
        this.pid = pid;
    }

    /** Adds a descriptor; ascending. */
    void add(int number, String link, FdInfo info, ObjectTable objects) throws KernelException {
        Likeness likeness = new Likeness(link, info.inode(), info.mountId(), info.statusFlags(), info.position());
        List<Description> candidates = alike.computeIfAbsent(likeness, _ -> new ArrayList<>());
        int at = search(candidates, pid, number);
        if (at < 0) {
            Description description = new Description(number, link, info, objects.newId());
            candidates.add(-at - 1, description);
            all.add(description);
            byNumber.put(number, description);
        } else {
            byNumber.put(number, candidates.get(at));
        }
    }

    private int search(List<Description> sorted, int otherPid, int number) throws KernelException {
        int low = 0;
        int high = sorted.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = KcmpFile.compare(pid, sorted.get(middle).number(), otherPid, number);
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

    /** The description that another process has open, too, under {@code number}. */
    @Nullable
    Description sharedWith(int otherPid, int number, String link) throws KernelException {
        for (Map.Entry<Likeness, List<Description>> entry : alike.entrySet()) {
            if (entry.getKey().link().equals(link)) {
                int at = search(entry.getValue(), otherPid, number);
                if (at >= 0) {
                    return entry.getValue().get(at);
                }
            }
        }
        return null;
    }

    /** All, by their lowest number. */
    List<Description> all() {
        return all;
    }

    /** Those whose file has this inode. */
    List<Description> withInode(long inode) {
        List<Description> found = new ArrayList<>();
        for (Description description : all) {
            if (description.info().inode() == inode) {
                found.add(description);
            }
        }
        return found;
    }

    /** The description that a number leads to. */
    @Nullable
    Description at(int number) {
        return byNumber.get(number);
    }

    /** Whether a number is the lowest of its description's. */
    boolean isFirst(int number) {
        Description description = byNumber.get(number);
        return description != null && description.number() == number;
    }

    /** The id of the description that a number leads to, or {@link ObjectId#NONE}. */
    ObjectId idOf(int number) {
        Description description = at(number);
        return description == null ? ObjectId.NONE : description.id();
    }
}
