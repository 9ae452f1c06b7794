package dev.reprise.image.state;

import java.util.List;

/**
 * One process (thread group). All ids of an image are those of one pid namespace, that of its first process; {@code
 * tasks} has the leader first, then by tid.
 *
 * <p>{@code parentPid} is 0 where the parent is not in the image; {@code parentTid} is the thread of the parent whose
 * child it is (mostly the leader), 0 without parent; {@code exitSignal} is what the parent gets at its end;
 * {@code leaderStatus} the wait status of a leader that has ended before its threads, {@link #ALIVE} mostly.
 */
public record ProcessState(
        int pid,
        int parentPid,
        int groupId,
        int sessionId,
        int parentTid,
        int exitSignal,
        int leaderStatus,
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
        ProcessModes modes,
        List<TaskState> tasks) {
    /** The {@code leaderStatus} of a leader that lives. */
    public static final int ALIVE = -1;

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

    /** Whether the leader has ended, while other threads live on. */
    public boolean leaderHasEnded() {
        return leaderStatus != ALIVE;
    }

    /** One that has touched nothing of what hardly any does. */
    public ProcessState(
            int pid,
            int parentPid,
            int groupId,
            int sessionId,
            int parentTid,
            int exitSignal,
            int leaderStatus,
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
        this(
                pid,
                parentPid,
                groupId,
                sessionId,
                parentTid,
                exitSignal,
                leaderStatus,
                addressSpace,
                fdTable,
                fsContext,
                signalHandlers,
                pendingSignals,
                intervalTimers,
                posixTimers,
                limits,
                oomScoreAdj,
                childSubreaper,
                stopped,
                ProcessModes.DEFAULT,
                tasks);
    }

    /** The thread group's leader. */
    public TaskState leader() {
        return tasks.getFirst();
    }
}
