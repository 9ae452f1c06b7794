package dev.reprise.image.state;

/** A limit of an IPC namespace, by its name under sysctl(8). */
public enum IpcLimit {
    MESSAGE_BYTES("kernel.msgmax"),
    QUEUE_BYTES("kernel.msgmnb"),
    QUEUES("kernel.msgmni"),
    /** Four numbers: of a set, in all, operations of a call, sets. */
    SEMAPHORES("kernel.sem"),
    SEGMENT_BYTES("kernel.shmmax"),
    SEGMENT_PAGES("kernel.shmall"),
    SEGMENTS("kernel.shmmni"),
    POSIX_QUEUES("fs.mqueue.queues_max"),
    POSIX_MESSAGES("fs.mqueue.msg_max"),
    POSIX_MESSAGE_BYTES("fs.mqueue.msgsize_max"),
    POSIX_USUAL_MESSAGES("fs.mqueue.msg_default"),
    POSIX_USUAL_MESSAGE_BYTES("fs.mqueue.msgsize_default"),
    /** Whether segments go with their last attachment (0 or 1). */
    REMOVAL_FORCED("kernel.shm_rmid_forced");

    private final String sysctl;

    IpcLimit(String sysctl) {
        this.sysctl = sysctl;
    }

    /** Its name, as the files of proc_sys_kernel(5) and proc_sys_fs(5) have it. */
    public String sysctl() {
        return sysctl;
    }
}
