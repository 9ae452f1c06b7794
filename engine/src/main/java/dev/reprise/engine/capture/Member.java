package dev.reprise.engine.capture;

/**
 * A living process of a set, by our own ids. {@code tid} is a thread of it that lives, mostly the leader: what /proc has
 * about the process is found under that id, too. {@code parent} and {@code parentTid} are 0 when the parent is outside.
 */
record Member(int pid, int tid, int parent, int parentTid) {
    /** A process alone. */
    static Member alone(int pid) {
        return new Member(pid, pid, 0, 0);
    }

    /** The process for the user. */
    String text() {
        return "process " + pid + " (" + ProcessLook.name(Integer.toString(tid)) + ")";
    }
}
