package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fsconfig;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fsmount;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fsopen;

import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.FileStatus;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Native;
import dev.reprise.kernel.Proc;
import java.lang.foreign.Arena;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All POSIX message queues of the IPC namespace in which the calling thread stays: a file system that is mounted nowhere, with one
 * file a queue, on the device of the queues' descriptors.
 */
final class PosixQueueDirectory implements AutoCloseable {
    private static final int CLOSE_ON_EXEC = 1; // FSOPEN_CLOEXEC, FSMOUNT_CLOEXEC
    private static final int FSCONFIG_CMD_CREATE = 6;

    private final Fd directory;

    private PosixQueueDirectory(Fd directory) {
        this.directory = directory;
    }

    /** That of this thread's namespace; null where the kernel has no such queues. */
    static @Nullable PosixQueueDirectory here() throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            long opened = Door.call(SYS_fsopen, Native.path(arena, "mqueue").address(), CLOSE_ON_EXEC);
            if (opened == -Errno.ENODEV.code()) {
                return null;
            }
            try (Fd context = new Fd(Door.require(opened, "fsopen", "mqueue"))) {
                Door.require(
                        Door.call(SYS_fsconfig, context.number(), FSCONFIG_CMD_CREATE, 0, 0, 0), "fsconfig", "mqueue");
                long mounted = Door.call(SYS_fsmount, context.number(), CLOSE_ON_EXEC, 0);
                return new PosixQueueDirectory(new Fd(Door.require(mounted, "fsmount", "mqueue")));
            }
        }
    }

    /** The device that descriptors of these queues are on. */
    long device() throws KernelException {
        return FileStatus.of(directory).device();
    }

    /** The names of the queues. */
    List<String> names() throws KernelException {
        return Proc.list(path("."));
    }

    /** A queue, open for reading. */
    Fd open(String name) throws KernelException {
        return Fd.open(path(name), Fcntl.O_RDONLY | Fcntl.O_NONBLOCK, 0);
    }

    private String path(String name) {
        return "/proc/self/fd/" + directory.number() + "/" + name;
    }

    @Override
    public void close() {
        directory.close();
    }
}
