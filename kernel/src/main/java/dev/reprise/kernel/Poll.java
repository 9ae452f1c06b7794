package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_poll;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** poll(2). */
public final class Poll {
    public static final int POLLIN = 1;
    public static final int POLLPRI = 2;
    public static final int POLLERR = 8;
    public static final int POLLRDHUP = 0x2000;

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

    private static int within(Fd fd, int millis) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            // struct pollfd { int fd; short events, revents; }
            MemorySegment poll = arena.allocate(8, 4);
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
