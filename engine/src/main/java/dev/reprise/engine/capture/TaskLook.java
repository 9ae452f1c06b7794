package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.ProcStatus;
import dev.reprise.kernel.Seccomp;
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
            gone.requireAnswer();
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
        if (status.seccomp() == Seccomp.MODE_STRICT) {
            refusals.add(
                    new Refusal("strict seccomp", where, "none of the calls that a checkpoint needs is allowed", ""));
        } else if (status.seccomp() == Seccomp.MODE_FILTER && !Privileges.maySuspendSeccomp()) {
            refusals.add(new Refusal(
                    "seccomp filters",
                    where,
                    "suspending them needs CAP_SYS_ADMIN and a tool without filters of its own",
                    "run the tool as root, outside of a container"));
        }
        if (status.field("x86_Thread_features").contains("shstk")) {
            refusals.add(new Refusal(
                    "shadow stack", where, "not saved yet", "start it with GLIBC_TUNABLES=glibc.cpu.x86_shstk=off"));
        }
        String untag = status.field("untag_mask");
        if (!untag.isEmpty() && !untag.equals(NO_TAGS)) {
            refusals.add(new Refusal("tagged addresses (LAM)", where, "not saved yet", ""));
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
}
