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

/** The files behind the mappings of processes: one look at each, however often and by whom it is mapped. */
final class MappedFiles {
    private static final String DELETED = " (deleted)";

    private final int pid;
    private final Map<DeviceInode, MappedFile> files;

    /** A file: where its name leads now ({@code isReachable}: to itself), and its build id if it is code. */
    record MappedFile(String path, FileStatus status, boolean isReachable, String buildId) {
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
                entry.setValue(new MappedFile(file.path, status, reachable, file.buildId));
            }
        }
    }

    private MappedFile look(Mapping mapping) throws KernelException {
        String link = link(mapping);
        FileStatus status = FileStatus.of(link);
        String path = mapping.path().contains("\\") ? Proc.link(link) : mapping.path();
        FileStatus named = named(path);
        boolean reachable = named != null && named.isSameFile(status);
        return new MappedFile(path, status, reachable, buildId(link, status));
    }

    static @Nullable FileStatus named(String path) throws KernelException {
        try {
            return FileStatus.of(path);
        } catch (KernelException failure) {
            if (failure.errno() == Errno.ENOENT || failure.errno() == Errno.ENOTDIR) {
                return null;
            }
            throw failure;
        }
    }

    private static String buildId(String link, FileStatus status) throws KernelException {
        if (!status.isRegular()) {
            return "";
        }
        try (Fd fd = Fd.open(link, Fcntl.O_RDONLY, 0)) {
            return ElfFile.buildId(fd);
        }
    }

    /** The link in /proc that leads to the very file behind a mapping. */
    String link(Mapping mapping) {
        return "/proc/" + pid + "/map_files/" + mapping.range();
    }

    /** The executable of the process. */
    MappedFile executable() throws KernelException {
        String link = "/proc/" + pid + "/exe";
        FileStatus status = FileStatus.of(link);
        String path = Proc.link(link);
        FileStatus named = named(path);
        return new MappedFile(path, status, named != null && named.isSameFile(status), buildId(link, status));
    }
}
