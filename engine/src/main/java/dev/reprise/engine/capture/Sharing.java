package dev.reprise.engine.capture;

import dev.reprise.kernel.Kcmp;
import dev.reprise.kernel.KernelException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which processes share one of the things that clone(2) can share. kcmp(2) gives an order, so that finding out takes n
 * times log n questions.
 */
final class Sharing {
    private final Kcmp kind;
    private final List<List<Member>> groups = new ArrayList<>();
    private final Map<Integer, Member> first = new HashMap<>();

    private Sharing(Kcmp kind) {
        this.kind = kind;
    }

    /** Among these; those that have ended meanwhile share nothing. */
    static Sharing of(Kcmp kind, List<Member> members) throws KernelException {
        Sharing sharing = new Sharing(kind);
        for (Member member : members) {
            try {
                sharing.add(member);
            } catch (KernelException goneOrDenied) {
                goneOrDenied.requireAnswer();
                // It has ended; or it is somebody else's, who cannot share anything with these.
            }
        }
        return sharing;
    }

    private void add(Member member) throws KernelException {
        int at = search(member.tid());
        if (at >= 0) {
            groups.get(at).add(member);
            first.put(member.pid(), groups.get(at).getFirst());
        } else {
            groups.add(-at - 1, new ArrayList<>(List.of(member)));
            first.put(member.pid(), member);
        }
    }

    private int search(int tid) throws KernelException {
        int low = 0;
        int high = groups.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = kind.compare(groups.get(middle).getFirst().tid(), tid);
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

    /** What is looked at. */
    Kcmp kind() {
        return kind;
    }

    /** The first of those that share a task's, which is none of them. */
    @Nullable
    Member sharedWith(int tid) throws KernelException {
        int at = search(tid);
        return at < 0 ? null : groups.get(at).getFirst();
    }

    /** The first of those that share a member's. */
    Member firstOf(Member member) {
        return first.getOrDefault(member.pid(), member);
    }

    /** Whether a member is the first of those that share its. */
    boolean isFirst(Member member) {
        return firstOf(member).pid() == member.pid();
    }

    /** Those that share, each group in the order of the set. */
    List<List<Member>> groups() {
        return groups;
    }
}
