package dev.reprise.engine.rebuild;

import java.util.List;

/**
 * Somebody who is born at a restore, and how: a process of the image, or one that only helps to make it.
 *
 * @param number its place in the order of births: whoever forks somebody stands before him
 * @param kind what becomes of it
 * @param pid its id, in the image's pid namespace; 0: any
 * @param innerPids its ids in the namespaces below, the outermost first
 * @param sessionId the session that it leads or is in; 0: that of the restore
 * @param groupId the process group that it leads or is in; 0: the root's
 * @param creator the number of the member that forks it, {@link #NOBODY} for the root
 * @param creatorTid the thread of the creator that does so
 * @param sharing CLONE_* flags: what it shares with its creator, and CLONE_PARENT for a sibling of its creator
 * @param exitSignal what its parent gets at its end
 * @param late whether it is forked when its creator has made its own session, if it makes one
 */
record Member(
        int number,
        Kind kind,
        int pid,
        List<Integer> innerPids,
        int sessionId,
        int groupId,
        int creator,
        int creatorTid,
        long sharing,
        int exitSignal,
        boolean late) {
    /** The creator of the first of all. */
    static final int NOBODY = -1;

    Member {
        innerPids = List.copyOf(innerPids);
    }

    /** What becomes of a member. */
    enum Kind {
        /** A process of the image. */
        PROCESS,
        /** It ends as it did, and waits for its parent. */
        ZOMBIE,
        /** It has the id of a group or session whose leader is gone, until the others have joined. */
        GHOST,
        /** It forks one child and ends, so that the child comes to its reaper. */
        MIDWIFE
    }

    boolean leadsSession() {
        return pid != 0 && sessionId == pid;
    }

    boolean leadsGroup() {
        return pid != 0 && groupId == pid;
    }

    /** Whether it is the first process of a pid namespace of its own below that of its creator. */
    boolean beginsNamespace(Member creator) {
        return innerPids.size() > creator.innerPids.size();
    }

    /** Its id where it is itself. */
    int ownPid() {
        return innerPids.isEmpty() ? pid : innerPids.getLast();
    }

    /** Its id as somebody sees it who is {@code levels} namespaces below the image's own; 0 if it is not seen there. */
    int pidAt(int levels) {
        return levels == 0 ? pid : levels <= innerPids.size() ? innerPids.get(levels - 1) : 0;
    }
}
