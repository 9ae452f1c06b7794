package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setns;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A namespace that is held open, so that it lives at least as long as this. */
public final class Namespace implements AutoCloseable {
    /** NS_GET_ID (Linux 6.18) and, of mount namespaces, NS_GET_MNTNS_ID (6.10). */
    private static final int NS_GET_ID = 0x8008b70d;

    private static final int NS_GET_MNTNS_ID = 0x8008b705;
    private static final int NS_GET_NSTYPE = 0xb703;

    private final NamespaceKind kind;
    private final String name;
    private final Fd file;

    private Namespace(NamespaceKind kind, String name, Fd file) {
        this.kind = kind;
        this.name = name;
        this.file = file;
    }

    /** That behind a file: one of /proc/PID/ns, or a name that it is bound to; EINVAL where there is another thing. */
    public static Namespace at(NamespaceKind kind, String path) throws KernelException {
        // a device or a fifo would notice that it is opened
        try (Fd there = Fd.open(path, Fcntl.O_PATH, 0)) {
            if (FileSystem.of(there) != FileSystem.NSFS_MAGIC) {
                throw isNone(kind, path);
            }
            Fd file = Fd.open("/proc/thread-self/fd/" + there.number(), Fcntl.O_RDONLY, 0);
            if (Door.call(SYS_ioctl, file.number(), NS_GET_NSTYPE) != kind.flag()) {
                file.close();
                throw isNone(kind, path);
            }
            // a file that it is bound to has a name of its own
            String name = kind.link() + ":[" + FileStatus.of(file).inode() + "]";
            return new Namespace(kind, name, file);
        }
    }

    private static KernelException isNone(NamespaceKind kind, String path) {
        return new KernelException("open", path + ", which is no " + kind.link() + " namespace", Errno.EINVAL);
    }

    public NamespaceKind kind() {
        return kind;
    }

    /** What links to it show, e.g. {@code net:[4026531840]}; a later one may be called the same. */
    public String name() {
        return name;
    }

    /** A number that no other namespace has until the next boot; 0 where the kernel tells none. */
    public long unique() throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment id = arena.allocate(ValueLayout.JAVA_LONG);
            long result = Door.call(SYS_ioctl, file.number(), NS_GET_ID, id.address());
            if (Door.isError(result) && kind == NamespaceKind.MOUNT) {
                result = Door.call(SYS_ioctl, file.number(), NS_GET_MNTNS_ID, id.address());
            }
            return Door.isError(result) ? 0 : id.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    /** The calling thread enters it. */
    void enter() throws KernelException {
        Door.require(Door.call(SYS_setns, file.number(), kind.flag()), "setns", name);
    }

    @Override
    public void close() {
        file.close();
    }
}
