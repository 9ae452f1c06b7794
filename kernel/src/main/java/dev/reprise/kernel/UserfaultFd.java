package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_read;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A userfaultfd that serves the memory of another process; not blocking. Layouts: include/uapi/linux/userfaultfd.h.
 *
 * <p>The kernel answers of what is served are returned, not thrown: most are no failure of anybody.
 */
public final class UserfaultFd implements AutoCloseable {
    /** The length of one message: u8 event, at 8 three u64 of what it tells. */
    public static final int MESSAGE = 32;

    public static final int FIRST = 8;
    public static final int SECOND = 16;
    public static final int THIRD = 24;

    /** Of a fault: its flags, the address. */
    public static final int EVENT_PAGEFAULT = 0x12;
    /** Of a fork: a new descriptor of ours (u32), for the child's memory. */
    public static final int EVENT_FORK = 0x13;
    /** Of mremap(2): from, to, length in bytes. */
    public static final int EVENT_REMAP = 0x14;
    /** Of pages that were given back: start, end. */
    public static final int EVENT_REMOVE = 0x15;
    /** Of a range that is mapped no more: start, end. */
    public static final int EVENT_UNMAP = 0x16;

    private static final int PAGE = 4096;
    private static final int ARGUMENTS = 40;
    private static final int LENGTH_AT = 16;

    private final Fd fd;
    private final MemorySegment arguments;

    private UserfaultFd(Fd fd, MemorySegment arguments) {
        this.fd = fd;
        this.arguments = arguments;
    }

    /** Takes over a descriptor, for as long as {@code arena} lives. */
    public static UserfaultFd of(Fd fd, Arena arena) {
        return new UserfaultFd(fd, arena.allocate(ARGUMENTS, 8));
    }

    /** The same for another descriptor, for whoever uses this one. */
    public UserfaultFd of(Fd other) {
        return new UserfaultFd(other, arguments);
    }

    /** The descriptor. */
    public Fd fd() {
        return fd;
    }

    /** Reads messages; how many bytes of them, 0 when there are none. */
    public int read(MemorySegment messages) throws KernelException {
        long result = Door.call(SYS_read, fd.number(), messages.address(), messages.byteSize());
        if (result == -Errno.EAGAIN.code() || result == -Errno.EINTR.code()) {
            return 0;
        }
        return (int) Door.require(result, "read", "userfaultfd");
    }

    /** UFFDIO_COPY: how many bytes have come to {@code to}, or the kernel's negative error. Whoever waits for them goes on. */
    public long copy(long to, MemorySegment from) {
        arguments.set(JAVA_LONG, 0, to);
        arguments.set(JAVA_LONG, 8, from.address());
        arguments.set(JAVA_LONG, LENGTH_AT, from.byteSize());
        arguments.set(JAVA_LONG, 24, 0);
        arguments.set(JAVA_LONG, 32, 0);
        return done(Door.call(SYS_ioctl, fd.number(), Uffd.UFFDIO_COPY, arguments.address()), 32, from.byteSize());
    }

    /** UFFDIO_ZEROPAGE: a page of zeros, as {@link #copy}. */
    public long zero(long page, long bytes) {
        arguments.set(JAVA_LONG, 0, page);
        arguments.set(JAVA_LONG, 8, bytes);
        arguments.set(JAVA_LONG, LENGTH_AT, 0);
        arguments.set(JAVA_LONG, 24, 0);
        return done(Door.call(SYS_ioctl, fd.number(), Uffd.UFFDIO_ZEROPAGE, arguments.address()), 24, bytes);
    }

    // A part that was done stands where a whole that was not has its error.
    private long done(long result, int doneAt, long whole) {
        if (result >= 0) {
            return whole;
        }
        long done = arguments.get(JAVA_LONG, doneAt);
        return done > 0 ? done : result;
    }

    /** UFFDIO_POISON: whoever touches a page of these gets SIGBUS, but for those that are there. */
    public void poison(long start, long bytes) {
        for (long at = start; at < start + bytes; ) {
            arguments.set(JAVA_LONG, 0, at);
            arguments.set(JAVA_LONG, 8, start + bytes - at);
            arguments.set(JAVA_LONG, LENGTH_AT, 0);
            arguments.set(JAVA_LONG, 24, 0);
            long result = Door.call(SYS_ioctl, fd.number(), Uffd.UFFDIO_POISON, arguments.address());
            long done = done(result, 24, start + bytes - at);
            at += Math.max(done, PAGE);
        }
    }

    /** UFFDIO_WAKE: whoever waits for something there looks again. */
    public void wake(long start, long bytes) {
        arguments.set(JAVA_LONG, 0, start);
        arguments.set(JAVA_LONG, 8, bytes);
        Door.call(SYS_ioctl, fd.number(), Uffd.UFFDIO_WAKE, arguments.address());
    }

    /** Its memory is served by nobody any more: what is missing is zero. */
    @Override
    public void close() {
        fd.close();
    }
}
