package dev.reprise.kernel;

/** A task that was being worked on has died (or was killed) in the middle. */
public final class TaskDiedException extends KernelException {
    private static final long serialVersionUID = 1L;

    private final int tid;

    public TaskDiedException(String call, int tid) {
        super(call, "task " + tid, Errno.ESRCH);
        this.tid = tid;
    }

    /** The thread id of the task. */
    public int tid() {
        return tid;
    }
}
