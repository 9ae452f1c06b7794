package dev.reprise.kernel;

/** A system call that failed: which, on what, and why; e.g. {@code mmap(0x7f..,4096): ENOMEM, cannot allocate memory}. */
public class KernelException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String call;
    private final Errno errno;

    public KernelException(String call, String arguments, Errno errno) {
        super(call + "(" + arguments + "): " + errno + ", " + errno.text());
        this.call = call;
        this.errno = errno;
    }

    /** The name of the system call or ptrace request. */
    public String call() {
        return call;
    }

    /** Why it failed. */
    public Errno errno() {
        return errno;
    }

    /**
     * Nothing when the failure tells something of what was asked for (it has gone, it is not ours to look into, it is of
     * another kind); the failure itself when it only tells that something was short or broken, and nothing is known.
     */
    public void requireAnswer() throws KernelException {
        switch (errno) {
            case EMFILE, ENFILE, ENOMEM, ENOBUFS, ENOSPC, EAGAIN, EIO -> throw this;
            default -> {}
        }
    }
}
