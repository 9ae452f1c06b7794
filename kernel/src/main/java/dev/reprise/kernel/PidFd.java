package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pidfd_getfd;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pidfd_open;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pidfd_send_signal;

import java.util.List;

/** A process by descriptor, and the way to its own descriptors. */
public final class PidFd implements AutoCloseable {
    private static final int PIDFD_THREAD = 0200;

    private final int pid;
    private final Fd fd;

    private PidFd(int pid, Fd fd) {
        this.pid = pid;
        this.fd = fd;
    }

    /** Of a process, by its leader, or by any thread where the kernel has PIDFD_THREAD (6.9). */
    public static PidFd open(int pid) throws KernelException {
        long fd = Door.call(SYS_pidfd_open, pid, 0);
        if (fd == -Errno.EINVAL.code() || fd == -Errno.ENOENT.code()) {
            fd = Door.call(SYS_pidfd_open, pid, PIDFD_THREAD);
        }
        return new PidFd(pid, new Fd(Door.require(fd, "pidfd_open", Integer.toString(pid))));
    }

    /** The descriptor's number. */
    public int number() {
        return fd.number();
    }

    /** A descriptor of ours for the open file description that the process has under {@code number}. */
    public Fd copy(int number) throws KernelException {
        return new Fd(
                Door.require(Door.call(SYS_pidfd_getfd, fd.number(), number, 0), "pidfd_getfd", pid + "," + number));
    }

    /** Sends it a signal; nothing happens when it has ended. */
    public void signal(int signal) {
        Door.call(SYS_pidfd_send_signal, fd.number(), signal, 0, 0);
    }

    /** Whether it has ended and given up its memory. */
    public boolean hasEnded() throws KernelException {
        return Poll.isReadable(fd);
    }

    /** Waits until it has ended and given up its memory. */
    public void awaitEnd() throws KernelException {
        Poll.awaitReadable(fd);
    }

    /** Waits for that at most {@code millis}; false where it has not come. */
    public boolean awaitEnd(int millis) throws KernelException {
        long end = System.nanoTime() + millis * 1_000_000L;
        boolean hasEnded = hasEnded();
        while (!hasEnded) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return false;
            }
            hasEnded = Poll.areReadable(List.of(fd), (int) left)[0];
        }
        return true;
    }

    @Override
    public void close() {
        fd.close();
    }
}
