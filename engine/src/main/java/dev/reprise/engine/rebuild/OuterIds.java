package dev.reprise.engine.rebuild;

import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStatus;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What we call the tasks of a pid namespace inside ours. */
final class OuterIds {
    private OuterIds() {}

    /** The only child of a process. */
    static int childOf(int pid) throws KernelException {
        return Proc.children(pid, pid).getFirst();
    }

    /** Our ids of all tasks of our process {@code pid}, by theirs in the namespace at {@code level} from ours. */
    static Map<Integer, Integer> ofTasks(int pid, int level) throws KernelException {
        List<Integer> tasks = Proc.numbers("/proc/" + pid + "/task");
        Map<Integer, Integer> outer = new HashMap<>();
        for (int tid : tasks) {
            outer.put(ProcStatus.of(pid, tid).ids("NSpid")[level], tid);
        }
        return outer;
    }

    /**
     * Our ids of all processes below our process {@code root}, by theirs in its namespace; those that were left to the
     * namespace's first process included.
     */
    static Map<Integer, Integer> ofFamily(int root) throws KernelException {
        int level = ProcStatus.of(root, root).ids("NSpid").length - 1;
        Map<Integer, Integer> outer = new HashMap<>();
        Deque<Integer> open = new ArrayDeque<>();
        open.add(root);
        open.addAll(siblings(root));
        while (!open.isEmpty()) {
            int pid = open.remove();
            int[] ids = ProcStatus.of(pid, pid).ids("NSpid");
            outer.put(ids[level], pid);
            for (int tid : Proc.numbers("/proc/" + pid + "/task")) {
                open.addAll(Proc.children(pid, tid));
            }
        }
        return outer;
    }

    // Forked by the root as its parent's children; in a namespace that parent is the namespace's first process.
    private static List<Integer> siblings(int pid) throws KernelException {
        int parent = Integer.parseInt(ProcStatus.of(pid, pid).field("PPid"));
        ProcStatus first = ProcStatus.of(parent, parent);
        if (first.innermost("NSpid") != 1) {
            return List.of();
        }
        List<Integer> siblings = new ArrayList<>(Proc.children(parent, parent));
        siblings.remove(Integer.valueOf(pid));
        return siblings;
    }
}
