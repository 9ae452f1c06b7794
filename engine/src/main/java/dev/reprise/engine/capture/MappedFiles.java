package dev.reprise.engine.capture;

import dev.reprise.image.state.FileIdentity;
import dev.reprise.kernel.ElfFile;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.FileStatus;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mapping;
import dev.reprise.kernel.Proc;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files behind the mappings of processes: one look at each, however often and by whom it is mapped.
 *
 * <p>The links of /proc/PID/map_files, which lead to the very file, are for CAP_CHECKPOINT_RESTORE (fs/proc/base.c,
 * proc_map_files_get_link). Without it a file is looked up by its name and must be the one that is mapped.
 */
final class MappedFiles {
    private static final String DELETED = " (deleted)";

    private final int pid;
    private final Map<DeviceInode, MappedFile> files;

    /**
     * A file: where its name leads now ({@code isReachable}: to itself), its build id if it is code, and by what it can be opened.
     */
    record MappedFile(String path, FileStatus status, boolean isReachable, String buildId, String source) {
        /** Whether its last name is gone. */
        boolean isDeleted() {
            return !isReachable && path.endsWith(DELETED);
        }

        /** What the image says about it. */
        FileIdentity identity() {
            return new FileIdentity(
                    path,
                    (int) status.device(),
                    status.inode(),
                    status.size(),
                    status.mtimeNanos(),
                    status.mode(),
                    buildId);
        }
    }

    MappedFiles(int pid) {
        this(pid, new HashMap<>());
    }

    /** {@code files}: what is known already, from other processes. */
    MappedFiles(int pid, Map<DeviceInode, MappedFile> files) {
        this.pid = pid;
        this.files = files;
    }

    /** The file of a mapping; the kernel's own link is asked, since the name may lead to another file by now. */
    MappedFile of(Mapping mapping) throws KernelException {
        DeviceInode key = new DeviceInode(mapping.device(), mapping.inode());
        MappedFile known = files.get(key);
        if (known == null) {
            known = look(mapping);
            files.put(key, known);
        }
        return known;
    }

    /** Forgets sizes and times, which a running process may have changed, but not build ids. */
    static void refresh(Map<DeviceInode, MappedFile> files) throws KernelException {
        for (Map.Entry<DeviceInode, MappedFile> entry : files.entrySet()) {
            MappedFile file = entry.getValue();
            if (file.isReachable) {
                FileStatus now = named(file.path);
                boolean reachable = now != null && now.isSameFile(file.status);
                FileStatus status = now != null && reachable ? now : file.status;
                entry.setValue(new MappedFile(file.path, status, reachable, file.buildId, file.source));
            }
        }
    }

    private MappedFile look(Mapping mapping) throws KernelException {
        String link = link(mapping);
        FileStatus status;
        try {
            status = FileStatus.of(link);
        } catch (KernelException denied) {
            return byName(mapping, denied);
        }
        String path = mapping.path().contains("\\") ? Proc.link(link) : mapping.path();
        FileStatus named = named(path);
        boolean reachable = named != null && named.isSameFile(status);
        return new MappedFile(path, status, reachable, buildId(link, status), link);
    }

    private static MappedFile byName(Mapping mapping, KernelException denied) throws KernelException {
        String path = mapping.path();
        FileStatus named = denied.errno() == Errno.EPERM ? named(path) : null;
        if (named == null || !DeviceInode.of(named).equals(new DeviceInode(mapping.device(), mapping.inode()))) {
            throw denied;
        }
        return new MappedFile(path, named, true, buildId(path, named), path);
    }

    /** Whether the last name of a mapping's file is gone; no where there is no way to it. */
    boolean isDeleted(Mapping mapping) throws KernelException {
        try {
            return of(mapping).isDeleted();
        } catch (KernelException failure) {
            return !isBarred(failure);
        }
    }

    /** Whether there is no way to memory behind a mapping, for want of a capability. */
    boolean isBarred(Mapping mapping) throws KernelException {
        try {
            FileStatus.of(link(mapping));
            return false;
        } catch (KernelException failure) {
            return isBarred(failure);
        }
    }

    /** Whether {@link #of} failed for want of a capability; thrown again if not. */
    static boolean isBarred(KernelException failure) throws KernelException {
        if (failure.errno() != Errno.EPERM) {
            throw failure;
        }
        return true;
    }

    static @Nullable FileStatus named(String path) throws KernelException {
        try {
            return FileStatus.of(path);
        } catch (KernelException failure) {
            if (failure.errno() == Errno.ENOENT
                    || failure.errno() == Errno.ENOTDIR
                    || failure.errno() == Errno.EACCES) {
                return null;
            }
            throw failure;
        }
    }

    private static String buildId(String source, FileStatus status) throws KernelException {
        if (!status.isRegular()) {
            return "";
        }
        try (Fd fd = Fd.open(source, Fcntl.O_RDONLY, 0)) {
            return ElfFile.buildId(fd);
        }
    }

    /** The link in /proc that leads to what stands behind a mapping. */
    String link(Mapping mapping) {
        return "/proc/" + pid + "/map_files/" + mapping.range();
    }

    /** The executable of the process. */
    MappedFile executable() throws KernelException {
        String link = "/proc/" + pid + "/exe";
        FileStatus status = FileStatus.of(link);
        String path = Proc.link(link);
        FileStatus named = named(path);
        return new MappedFile(path, status, named != null && named.isSameFile(status), buildId(link, status), link);
    }
}
