package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_openat;

import java.lang.foreign.Arena;

/** A file descriptor of our own; closes itself. */
public final class Fd implements AutoCloseable {
    /** openat's directory for "relative to the working directory". */
    public static final int AT_FDCWD = -100;

    private int number;

    /** Takes over a descriptor that a system call returned. */
    public Fd(long number) {
        this.number = Math.toIntExact(number);
    }

    /** Opens a path (chars are bytes); O_CLOEXEC is added. */
    public static Fd open(String path, int flags, int mode) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            long result =
                    Door.call(SYS_openat, AT_FDCWD, Native.path(arena, path).address(), flags | Fcntl.O_CLOEXEC, mode);
            return new Fd(Door.require(result, "openat", path));
        }
    }

    /** The descriptor's number. */
    public int number() {
        if (number < 0) {
            throw new IllegalStateException("closed");
        }
        return number;
    }

    /** Gives the number away: from now on the caller closes it. */
    public int release() {
        int released = number();
        number = -1;
        return released;
    }

    @Override
    public void close() {
        if (number >= 0) {
            Door.call(SYS_close, number);
            number = -1;
        }
    }
}
