package dev.reprise.engine.rebuild;

import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What we call the tasks of a pid namespace inside ours. */
final class OuterIds {
    private OuterIds() {}

    /** The only child of a process. */
    static int childOf(int pid) throws KernelException {
        String children =
                Proc.text("/proc/" + pid + "/task/" + pid + "/children").strip();
        return Integer.parseInt(children);
    }

    /** Our ids of all tasks of our process {@code pid}, by theirs. */
    static Map<Integer, Integer> ofTasks(int pid) throws KernelException {
        List<Integer> tasks = Proc.numbers("/proc/" + pid + "/task");
        Map<Integer, Integer> outer = new HashMap<>();
        for (int tid : tasks) {
            outer.put(ProcStatus.of(pid, tid).innermost("NSpid"), tid);
        }
        return outer;
    }
}
