package dev.reprise.image.state;

import java.util.List;

/** One process (thread group). Ids are those of its own pid namespace; {@code tasks} has the leader first, then by tid. */
public record ProcessState(
        int pid,
        int parentPid,
        int groupId,
        int sessionId,
        ObjectId addressSpace,
        ObjectId fdTable,
        ObjectId fsContext,
        ObjectId signalHandlers,
        List<PendingSignal> pendingSignals,
        List<IntervalTimer> intervalTimers,
        List<PosixTimer> posixTimers,
        List<ResourceLimit> limits,
        int oomScoreAdj,
        boolean childSubreaper,
        boolean stopped,
        List<TaskState> tasks) {
    public ProcessState {
        pendingSignals = List.copyOf(pendingSignals);
        intervalTimers = List.copyOf(intervalTimers);
        posixTimers = List.copyOf(posixTimers);
        limits = List.copyOf(limits);
        tasks = List.copyOf(tasks);
        if (tasks.isEmpty() || tasks.getFirst().tid() != pid) {
            throw new IllegalArgumentException("the first task of process " + pid + " must be its leader");
        }
    }

    /** The thread group's leader. */
    public TaskState leader() {
        return tasks.getFirst();
    }
}
