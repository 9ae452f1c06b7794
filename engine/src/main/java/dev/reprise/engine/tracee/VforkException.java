package dev.reprise.engine.tracee;

import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;

/** A thread waits for its vfork child, which neither execs nor exits: nobody can stop it meanwhile. */
public final class VforkException extends KernelException {
    private static final long serialVersionUID = 1;

    private final int tid;

    VforkException(int tid) {
        super("ptrace", "PTRACE_INTERRUPT of task " + tid + ", which waits for its vfork child", Errno.EBUSY);
        this.tid = tid;
    }

    /** The thread. */
    public int tid() {
        return tid;
    }
}
