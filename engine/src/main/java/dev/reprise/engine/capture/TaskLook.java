package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.ProcStatus;
import java.util.ArrayList;
import java.util.List;

/** What a single task has that cannot be saved, by its status file. */
final class TaskLook {
    private static final String NO_TAGS = "0xffffffffffffffff";

    private TaskLook() {}

    /** A task that has ended meanwhile has nothing. */
    static List<Refusal> look(int pid, int tid) throws KernelException {
        ProcStatus status;
        try {
            status = ProcStatus.of(pid, tid);
        } catch (KernelException gone) {
            if (tid == pid) {
                throw gone;
            }
            return List.of();
        }
        return of(status, tid);
    }

    static List<Refusal> of(ProcStatus status, int tid) {
        List<Refusal> refusals = frozen(status, tid);
        int tracer = status.tracer();
        if (tracer != 0) {
            refusals.add(
                    new Refusal("traced task", "task " + tid, describe(tracer) + " traces it", "detach that first"));
        }
        return refusals;
    }

    /** The same for one that we have frozen: we are its tracer. */
    static List<Refusal> frozen(ProcStatus status, int tid) {
        List<Refusal> refusals = new ArrayList<>(0);
        String where = "task " + tid;
        if (status.seccomp() != 0) {
            String filters = status.field("Seccomp_filters");
            String what = status.seccomp() == 1 ? "strict seccomp" : "seccomp filters";
            refusals.add(new Refusal(
                    what, where, filters.isEmpty() ? "not saved yet" : filters + " of them, not saved yet", ""));
        }
        if (status.field("x86_Thread_features").contains("shstk")) {
            refusals.add(new Refusal(
                    "shadow stack", where, "not saved yet", "start it with GLIBC_TUNABLES=glibc.cpu.x86_shstk=off"));
        }
        String untag = status.field("untag_mask");
        if (!untag.isEmpty() && !untag.equals(NO_TAGS)) {
            refusals.add(new Refusal("tagged addresses (LAM)", where, "not saved yet", ""));
        }
        if (isSpeculationControlled(status)) {
            refusals.add(new Refusal("speculation control (PR_SET_SPECULATION_CTRL)", where, "not saved yet", ""));
        }
        return refusals;
    }

    // The tracer is a thread.
    private static String describe(int tracer) {
        String process;
        try {
            process = ProcStatus.of(tracer, tracer).field("Tgid");
        } catch (KernelException gone) {
            process = Integer.toString(tracer);
        }
        return "process " + process + " (" + ProcessLook.name(process) + ")";
    }

    // The defaults of the machine read otherwise: "thread vulnerable", "conditional enabled", "always disabled"...
    private static boolean isSpeculationControlled(ProcStatus status) {
        String bypass = status.field("Speculation_Store_Bypass");
        String indirect = status.field("SpeculationIndirectBranch");
        return bypass.startsWith("thread") && bypass.endsWith(" mitigated")
                || indirect.startsWith("conditional") && indirect.endsWith(" disabled");
    }
}
