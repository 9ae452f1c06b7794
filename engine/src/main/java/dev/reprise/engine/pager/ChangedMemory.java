package dev.reprise.engine.pager;

import java.util.ArrayList;
import java.util.List;

/**
 * What the program does with its memory, in the order in which the kernel tells: nearly that in which it was done. As long as changes
 * are in flight there are two exceptions. Pure.
 *
 * <ul>
 *   <li>mremap(2) tells of the move, waits until that is heard, and then tells that the old place is unmapped: by then
 *       another thread may have moved something there. A move has emptied its old place already.
 *   <li>A fork may be told before a move that the child has its memory from. Of such a child the kernel must be asked.
 * </ul>
 */
final class ChangedMemory {
    private final MissingPages missing;
    private final List<PagedSpace> children = new ArrayList<>();
    private final List<Move> moves = new ArrayList<>();

    /** What was moved. */
    record Move(long from, long to, long bytes) {}

    ChangedMemory(MissingPages missing) {
        this.missing = missing;
    }

    /** Nothing is in flight: the kernel has copied something, and would not have otherwise. */
    void areOver() {
        children.clear();
        moves.clear();
    }

    void forked(PagedSpace child) {
        children.add(child);
    }

    void moved(long from, long to, long bytes) {
        Move move = new Move(from, to, bytes);
        missing.move(from, to, bytes);
        moves.add(move);
        children.forEach(child -> child.doubt(move));
    }

    void unmapped(long start, long end) {
        for (int i = 0; i < moves.size(); i++) {
            Move move = moves.get(i);
            if (move.from() == start && move.from() + move.bytes() == end) {
                moves.remove(i);
                return;
            }
        }
        missing.forget(start, end);
    }
}
