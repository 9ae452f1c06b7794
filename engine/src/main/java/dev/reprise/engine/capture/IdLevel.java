package dev.reprise.engine.capture;

import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.ProcStatus;
import java.util.ArrayList;
import java.util.List;

/**
 * The pid namespace whose ids an image has: that of the set's first process. /proc/PID/status lists a task's ids from our
 * namespace down to its own.
 *
 * @param index where in those lists an image's ids stand
 */
record IdLevel(int index) {
    /** That of a process. */
    static IdLevel of(int tid) throws KernelException {
        return new IdLevel(ProcStatus.of(tid, tid).ids("NSpid").length - 1);
    }

    /** An id (NSpid, NStgid, NSpgid, NSsid) in the image's namespace; 0 for what lives outside of it. */
    int id(ProcStatus status, String field) {
        int[] ids = status.ids(field);
        return index < ids.length ? ids[index] : 0;
    }

    /** A task's id in the image's namespace, by our own. */
    int id(int tid) throws KernelException {
        return id(ProcStatus.of(tid, tid), "NSpid");
    }

    /** The ids in the namespaces below the image's, the outermost first. */
    List<Integer> inner(ProcStatus status) {
        int[] ids = status.ids("NSpid");
        List<Integer> inner = new ArrayList<>(0);
        for (int i = index + 1; i < ids.length; i++) {
            inner.add(ids[i]);
        }
        return inner;
    }
}
