package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fcntl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_lseek;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.ExtendedAttribute;
import dev.reprise.image.state.FileAttributes;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.Ownership;
import dev.reprise.image.state.PageRun;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.ExtendedAttributes;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.FileStatus;
import dev.reprise.kernel.KernelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Memory that is no process's own: found through mappings and descriptors alike, saved once.
 *
 * <p>It keeps a descriptor of each object until its contents are written.
 */
final class MemoryObjectCapture implements AutoCloseable {
    private static final String DELETED = " (deleted)";
    private static final String MEMFD = "/memfd:";
    private static final String ANONYMOUS = "/dev/zero (deleted)";
    private static final String NAMED = "[anon_shmem:";
    private static final Set<String> KEPT = Set.of("security.capability", "system.posix_acl_access");
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;
    private static final int PERMISSIONS = 07777;
    private static final long PAGE_MASK = PageRun.PAGE_SIZE - 1;

    private final List<MemoryFile> files = new ArrayList<>();

    /** Whether a link of /proc/PID/fd or map_files, or a path in maps, is that of a memfd. */
    static boolean isMemfd(String link) {
        return link.startsWith(MEMFD) && link.endsWith(DELETED);
    }

    /** Whether a path in maps is that of shared anonymous memory. */
    static boolean isSharedAnonymous(String path) {
        return path.equals(ANONYMOUS) || path.startsWith(NAMED);
    }

    /**
     * The id of the object behind a link of /proc/PID/fd or map_files; captured if it is a new one.
     *
     * @param name what the link reads, which says what kind it is
     */
    ObjectId take(ObjectTable table, String link, String name) throws KernelException {
        return take(table, link, name, "");
    }

    /** The same; a System V segment is looked up where this thread stays, an IPC namespace called {@code namespace}. */
    ObjectId take(ObjectTable table, String link, String name, String namespace) throws KernelException {
        Fd fd = open(link);
        try {
            return take(table, fd, name, namespace);
        } catch (KernelException failure) {
            fd.close();
            throw failure;
        }
    }

    // Reading a file changes its times, unless the reader may ask for the contrary.
    private static Fd open(String link) throws KernelException {
        try {
            return Fd.open(link, Fcntl.O_RDONLY | Fcntl.O_NOATIME, 0);
        } catch (KernelException failed) {
            if (failed.errno() != Errno.EPERM) {
                throw failed;
            }
            return Fd.open(link, Fcntl.O_RDONLY, 0);
        }
    }

    private ObjectId take(ObjectTable table, Fd fd, String name, String namespace) throws KernelException {
        FileStatus status = FileStatus.of(fd);
        boolean systemV = SystemVMemory.is(name);
        SystemVMemory.Key segment = new SystemVMemory.Key((int) status.inode(), namespace);
        Object key = systemV ? segment : DeviceInode.of(status);
        ObjectId known = table.find(key);
        if (!known.equals(ObjectId.NONE)) {
            fd.close();
            return known;
        }
        boolean huge = HugePages.are(fd);
        ObjectId id = table.register(key);
        MemoryObject object = new MemoryObject(
                id,
                huge ? hugeKind(name) : kind(name),
                objectName(name),
                status.size(),
                seals(fd),
                status.mode() & PERMISSIONS,
                new Ownership(status.uid(), status.gid()),
                hasAttributes(name) ? attributes(fd, status) : FileAttributes.NONE,
                huge ? HugePages.runs(fd, status.size()) : runs(fd));
        files.add(new MemoryFile(object, fd));
        table.add(object);
        if (systemV) {
            table.add(SystemVMemory.take(table, segment, id, huge));
        }
        return id;
    }

    private static MemoryObject.Kind hugeKind(String name) {
        if (SystemVMemory.is(name)) {
            return MemoryObject.Kind.HUGE_SYSTEM_V;
        }
        return HugePages.isAnonymous(name) ? MemoryObject.Kind.HUGE_ANONYMOUS : MemoryObject.Kind.HUGE_MEMFD;
    }

    private static MemoryObject.Kind kind(String name) {
        if (isMemfd(name)) {
            return MemoryObject.Kind.MEMFD;
        }
        if (SystemVMemory.is(name)) {
            return MemoryObject.Kind.SYSTEM_V;
        }
        return isSharedAnonymous(name) ? MemoryObject.Kind.SHARED_ANONYMOUS : MemoryObject.Kind.FILE_CONTENTS;
    }

    // Files that are deleted keep the kernel's mark: a restore deletes them again.
    private static String objectName(String name) {
        if (HugePages.isAnonymous(name)) {
            return "";
        }
        return switch (kind(name)) {
            case MEMFD -> name.substring(MEMFD.length(), name.length() - DELETED.length());
            case SHARED_ANONYMOUS -> name.startsWith(NAMED) ? name.substring(NAMED.length(), name.length() - 1) : "";
            case SYSTEM_V, HUGE_MEMFD, HUGE_ANONYMOUS, HUGE_SYSTEM_V -> "";
            case FILE_CONTENTS -> name;
        };
    }

    // Who maps memory that has no file cannot ask for its times either.
    private static boolean hasAttributes(String name) {
        return isMemfd(name)
                || !HugePages.isAnonymous(name)
                        && kind(name) == MemoryObject.Kind.FILE_CONTENTS
                        && name.endsWith(DELETED);
    }

    private static FileAttributes attributes(Fd fd, FileStatus status) {
        List<ExtendedAttribute> extended = new ArrayList<>(0);
        ExtendedAttributes.of(fd).forEach((name, value) -> {
            // What else there is, the system gives each file by itself.
            if (name.startsWith("user.") || name.startsWith("trusted.") || KEPT.contains(name)) {
                extended.add(new ExtendedAttribute(name, Bytes.of(value)));
            }
        });
        return new FileAttributes(status.atimeNanos(), status.mtimeNanos(), extended);
    }

    private static int seals(Fd fd) {
        long seals = Door.call(SYS_fcntl, fd.number(), Fcntl.F_GET_SEALS);
        return Door.isError(seals) ? 0 : (int) seals;
    }

    private static List<PageRun> runs(Fd fd) throws KernelException {
        List<PageRun> runs = new ArrayList<>();
        long at = 0;
        while (true) {
            long data = Door.call(SYS_lseek, fd.number(), at, SEEK_DATA);
            if (Door.isError(data) && Errno.of(data) == Errno.ENXIO) {
                return runs;
            }
            Door.require(data, "lseek", "to data behind " + at);
            long hole = Door.require(Door.call(SYS_lseek, fd.number(), data, SEEK_HOLE), "lseek", "to a hole");
            // Blocks may be smaller than pages.
            long start = Math.max(
                    data & ~PAGE_MASK, runs.isEmpty() ? 0 : runs.getLast().end());
            if (hole > start) {
                runs.add(new PageRun(start, (hole - start + PAGE_MASK) / PageRun.PAGE_SIZE));
            }
            at = hole;
        }
    }

    /** All objects captured so far, open for reading until this is closed. */
    List<MemoryFile> files() {
        return List.copyOf(files);
    }

    /** The bytes of their contents. */
    long bytes() {
        long bytes = 0;
        for (MemoryFile file : files) {
            for (PageRun run : file.memory().runs()) {
                bytes += run.bytes();
            }
        }
        return bytes;
    }

    @Override
    public void close() {
        for (MemoryFile file : files) {
            file.file().close();
        }
        files.clear();
    }
}
