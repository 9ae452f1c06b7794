package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_flock;

import org.jspecify.annotations.Nullable;

/**
 * flock(2): a lock on a file or directory. It ends with whoever has it, however that dies, and is seen from every pid namespace; it is about the
 * file, whatever names that gets.
 */
public final class Flock implements AutoCloseable {
    private final Fd fd;

    private Flock(Fd fd) {
        this.fd = fd;
    }

    /** Null where somebody else has it. Chars of the path are bytes; a symbolic link is not followed. */
    public static @Nullable Flock take(String path) throws KernelException {
        Fd fd = Fd.open(path, Fcntl.O_RDONLY | Fcntl.O_NOFOLLOW | Fcntl.O_NONBLOCK, 0);
        try {
            long result = Door.call(SYS_flock, fd.number(), Fcntl.LOCK_EX | Fcntl.LOCK_NB);
            if (result == -Errno.EAGAIN.code()) {
                fd.close();
                return null;
            }
            Door.require(result, "flock", path);
            return new Flock(fd);
        } catch (KernelException failure) {
            fd.close();
            throw failure;
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
