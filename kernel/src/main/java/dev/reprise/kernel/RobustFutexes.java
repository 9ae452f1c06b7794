package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_set_robust_list;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * The robust list of one thread of ours: futex words that the kernel marks FUTEX_OWNER_DIED, waking a waiter of each,
 * however that thread ends (get_robust_list(2)).
 *
 * <p>One distance leads from every node of the list to its word. The kernel follows the list at any instant, so it is
 * whole between any two stores; nodes must lie in memory that nobody else can write.
 *
 * <pre>head: {first node, distance, pending}    node: {next node, or the head}</pre>
 */
public final class RobustFutexes {
    /** The kernel walks 2048 entries (ROBUST_LIST_LIMIT); this leaves it room. */
    public static final int MOST = 1000;

    private static final int HEAD = 24;

    private final MemorySegment head;
    private final List<MemorySegment> nodes = new ArrayList<>();

    /** {@code distance}: from a node to its word. */
    public RobustFutexes(Arena arena, long distance) {
        head = arena.allocate(HEAD, 64);
        head.set(JAVA_LONG, 0, head.address());
        head.set(JAVA_LONG, 8, distance);
    }

    /** Makes it the calling thread's list, in place of the one it had: only for a thread of our own. */
    public void belongToCaller() throws KernelException {
        Door.require(Door.call(SYS_set_robust_list, head.address(), HEAD), "set_robust_list", "");
    }

    /** Leaves the calling thread without a list, before its memory goes. */
    public static void dropCallers() {
        Door.call(SYS_set_robust_list, 0, HEAD);
    }

    /** Whether there is room for one more. */
    public boolean hasRoom() {
        return nodes.size() < MOST;
    }

    /** Puts the word that belongs to a node (8 bytes) on the list. */
    public void add(MemorySegment node) {
        node.set(JAVA_LONG, 0, head.get(JAVA_LONG, 0));
        VarHandle.releaseFence();
        head.set(JAVA_LONG, 0, node.address());
        nodes.add(node);
    }

    /** Takes it off again; harmless when it is not there. */
    public void remove(MemorySegment node) {
        int at = nodes.lastIndexOf(node);
        if (at >= 0) {
            // The list is in the reverse order of adding.
            MemorySegment before = at + 1 < nodes.size() ? nodes.get(at + 1) : head;
            before.set(JAVA_LONG, 0, node.get(JAVA_LONG, 0));
            nodes.remove(at);
        }
    }
}
