package dev.reprise.image.state;

import java.util.List;

/**
 * A process that has ended and that its parent has not waited for yet. {@code waitStatus} is what wait4(2) will say
 * (the core dump bit included); {@code userId} and {@code groupOwner} are its real ids, which SIGCHLD and waitid(2) tell.
 * The other components are those of {@link ProcessState} and {@link TaskState}.
 */
public record DeadProcess(
        int pid,
        List<Integer> innerPids,
        int parentPid,
        int parentTid,
        int groupId,
        int sessionId,
        int exitSignal,
        int waitStatus,
        Bytes name,
        int userId,
        int groupOwner) {
    public DeadProcess {
        innerPids = List.copyOf(innerPids);
    }
}
