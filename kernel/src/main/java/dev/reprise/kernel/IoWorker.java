package dev.reprise.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * Threads in which the kernel does requests of io_urings (io_uring/io-wq.c): they stand among those of the program, run none of its
 * code, and can be seized, but never come back to user space. They wait idly for more work, and come again when there is some.
 */
public final class IoWorker {
    private static final String NAME = "iou-wrk-";

    private IoWorker() {}

    /** Whether a thread of a process is one; the name is looked at first, which costs little and proves nothing. */
    public static boolean isOne(int pid, int tid) throws KernelException {
        return Proc.text("/proc/" + pid + "/task/" + tid + "/comm").startsWith(NAME)
                && ProcStat.ofTask(pid, tid).isIoWorker();
    }

    /** Those of some threads of a process that are the program's own; one that has gone meanwhile is not told from them. */
    public static List<Integer> without(int pid, List<Integer> tids) throws KernelException {
        List<Integer> own = new ArrayList<>(tids.size());
        for (int tid : tids) {
            try {
                if (!isOne(pid, tid)) {
                    own.add(tid);
                }
            } catch (KernelException gone) {
                gone.requireAnswer();
                own.add(tid);
            }
        }
        return own;
    }
}
