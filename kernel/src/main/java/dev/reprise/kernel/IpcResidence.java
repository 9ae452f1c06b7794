package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setns;

import org.jspecify.annotations.Nullable;

/**
 * The IPC namespace in which System V ids, /proc/sysvipc, POSIX message queues and the limits of all of these are looked up: our
 * own, or that of another process while a thread of ours stays there.
 */
public final class IpcResidence implements AutoCloseable {
    /** That of our own process. */
    public static final IpcResidence OWN = new IpcResidence("", null);

    private final String name;
    private final @Nullable Fd namespace;

    private IpcResidence(String name, @Nullable Fd namespace) {
        this.name = name;
        this.namespace = namespace;
    }

    /** That of a task; {@link #OWN} when it is ours. */
    public static IpcResidence of(int tid) throws KernelException {
        String name = nameOf(tid);
        return name.isEmpty() ? OWN : new IpcResidence(name, Fd.open(path(tid), Fcntl.O_RDONLY, 0));
    }

    /** What a task's is called, e.g. {@code ipc:[4026531839]}; empty for ours, and for those of tasks that have none any more. */
    public static String nameOf(int tid) throws KernelException {
        try {
            String name = Proc.link(path(tid));
            return name.equals(Proc.link(home())) ? "" : name;
        } catch (KernelException failed) {
            if (failed.errno() == Errno.ENOENT) {
                return ""; // a kernel without them, or the task is on its way out
            }
            throw failed;
        }
    }

    private static String home() {
        return Home.directory() + "/ns/ipc";
    }

    private static String path(int tid) {
        return "/proc/" + tid + "/ns/ipc";
    }

    /** Its name; empty for our own. */
    public String name() {
        return name;
    }

    /** Whether it is not ours. */
    public boolean isForeign() {
        return namespace != null;
    }

    /** The calling thread stays there until it closes this; it must be a platform thread. */
    public Stay enter() throws KernelException {
        return namespace == null ? new Stay(null) : new Stay(leave(namespace));
    }

    private Fd leave(Fd there) throws KernelException {
        Fd home = Fd.open(home(), Fcntl.O_RDONLY, 0);
        long result = Door.call(SYS_setns, there.number(), CloneArgs.CLONE_NEWIPC);
        if (Door.isError(result)) {
            home.close();
        }
        Door.require(result, "setns", "IPC namespace " + name);
        return home;
    }

    /** A stay in it. */
    public static final class Stay implements AutoCloseable {
        private final @Nullable Fd home;

        private Stay(@Nullable Fd home) {
            this.home = home;
        }

        @Override
        public void close() {
            if (home != null) {
                long result = Door.call(SYS_setns, home.number(), CloneArgs.CLONE_NEWIPC);
                home.close();
                if (Door.isError(result)) {
                    throw new IllegalStateException("this thread cannot return to its IPC namespace");
                }
            }
        }
    }

    @Override
    public void close() {
        if (namespace != null) {
            namespace.close();
        }
    }
}
