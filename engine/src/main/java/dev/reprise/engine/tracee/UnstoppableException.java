package dev.reprise.engine.tracee;

import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;

/** A thread sleeps in the kernel in a way that nobody can interrupt, for longer than we wait. */
public final class UnstoppableException extends KernelException {
    private static final long serialVersionUID = 1;

    private final int tid;
    private final boolean waitsForChild;

    UnstoppableException(int tid, boolean waitsForChild) {
        super("ptrace", "PTRACE_INTERRUPT of task " + tid + ", which sleeps uninterruptibly", Errno.EBUSY);
        this.tid = tid;
        this.waitsForChild = waitsForChild;
    }

    /** The thread. */
    public int tid() {
        return tid;
    }

    /** Whether it waits for its vfork child, which neither execs nor exits. */
    public boolean waitsForChild() {
        return waitsForChild;
    }
}
