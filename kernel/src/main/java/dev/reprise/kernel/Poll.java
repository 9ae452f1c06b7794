package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_poll;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** poll(2). */
public final class Poll {
    public static final int POLLIN = 1;
    public static final int POLLPRI = 2;
    public static final int POLLERR = 8;
    public static final int POLLRDHUP = 0x2000;

    // struct pollfd { int fd; short events, revents; }
    private static final int SIZE = 8;

    private Poll() {}

    /** Whether there is something to read now. */
    public static boolean isReadable(Fd fd) throws KernelException {
        return (now(fd) & POLLIN) != 0;
    }

    /** Waits until there is something to read; of a pidfd, until the process has ended. */
    public static void awaitReadable(Fd fd) throws KernelException {
        int events = 0;
        while ((events & POLLIN) == 0) {
            events = within(fd, -1);
        }
    }

    /** What is so now, of the events above: POLLIN, POLLPRI, POLLERR, POLLRDHUP. It changes nothing. */
    public static int now(Fd fd) throws KernelException {
        return within(fd, 0);
    }

    /**
     * Waits at most {@code millis} (-1: for ever) until there is something to read from one of several; which are so, in their
     * order.
     */
    public static boolean[] areReadable(List<Fd> fds, int millis) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment polls = arena.allocate((long) SIZE * Math.max(1, fds.size()), 4);
            for (int i = 0; i < fds.size(); i++) {
                polls.set(JAVA_INT, (long) SIZE * i, fds.get(i).number());
                polls.set(JAVA_SHORT, (long) SIZE * i + 4, (short) POLLIN);
            }
            long result = Door.call(SYS_poll, polls.address(), fds.size(), millis);
            if (result != -Errno.EINTR.code()) {
                Door.require(result, "poll", "");
            }
            boolean[] readable = new boolean[fds.size()];
            for (int i = 0; i < fds.size(); i++) {
                readable[i] = (polls.get(JAVA_SHORT, (long) SIZE * i + 6) & POLLIN) != 0;
            }
            return readable;
        }
    }

    private static int within(Fd fd, int millis) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment poll = arena.allocate(SIZE, 4);
            poll.set(JAVA_INT, 0, fd.number());
            poll.set(JAVA_SHORT, 4, (short) (POLLIN | POLLPRI | POLLRDHUP));
            long result = Door.call(SYS_poll, poll.address(), 1, millis);
            if (result != -Errno.EINTR.code()) {
                Door.require(result, "poll", "");
            }
            return Short.toUnsignedInt(poll.get(JAVA_SHORT, 6));
        }
    }
}
