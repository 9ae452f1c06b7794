package dev.reprise.engine.tracee;

import dev.reprise.kernel.Mman;
import java.util.ArrayList;
import java.util.List;

/**
 * What a copy of an address space has to be told about some of its ranges.
 *
 * @param advised private ranges that a child would not get (MADV_DONTFORK) or would find empty (MADV_WIPEONFORK): their
 *     advice is taken back for the clone
 * @param left shared ranges, which are no copy: the copy gives them up, so that nothing stays attached, mapped or on the disk
 *     for its sake
 */
public record CopyRanges(List<Advised> advised, List<Range> left) {
    /** None. */
    public static final CopyRanges NONE = new CopyRanges(List.of(), List.of());

    public CopyRanges {
        advised = List.copyOf(advised);
        left = joined(left);
    }

    /** Memory from one address to another. */
    public record Range(long start, long end) {
        long bytes() {
            return end - start;
        }
    }

    /** A range, and which advice stands for it. */
    public record Advised(Range range, boolean isWiped) {
        /** What takes the advice back. */
        int opposite() {
            return isWiped ? Mman.MADV_KEEPONFORK : Mman.MADV_DOFORK;
        }

        /** The advice. */
        int advice() {
            return isWiped ? Mman.MADV_WIPEONFORK : Mman.MADV_DONTFORK;
        }
    }

    /** The number of calls that they take. */
    public int calls() {
        return 2 * advised.size() + left.size();
    }

    private static List<Range> joined(List<Range> ranges) {
        List<Range> joined = new ArrayList<>(ranges.size());
        for (Range range : ranges) {
            if (!joined.isEmpty() && joined.getLast().end == range.start) {
                joined.set(joined.size() - 1, new Range(joined.getLast().start, range.end));
            } else {
                joined.add(range);
            }
        }
        return List.copyOf(joined);
    }
}
