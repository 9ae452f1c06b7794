package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fcntl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_lseek;

import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.Ownership;
import dev.reprise.image.state.PageRun;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.FileStatus;
import dev.reprise.kernel.KernelException;
import java.util.ArrayList;
import java.util.List;

/** A memfd as a memory object: what it is, and which of its pages have contents. */
final class MemFdContents {
    private static final String PREFIX = "/memfd:";
    private static final String SUFFIX = " (deleted)";
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;
    private static final int PERMISSIONS = 07777;

    private MemFdContents() {}

    /** Whether a file with this link in /proc is a memfd. */
    static boolean isMemFd(String link) {
        return link.startsWith(PREFIX) && link.endsWith(SUFFIX);
    }

    /**
     * Registers and adds the object, under its {@link DeviceInode}.
     *
     * @param path a magic link of /proc that leads to it: opened anew, so that no offset of the program's moves
     */
    static MemoryFile capture(String link, String path, ObjectTable objects) throws KernelException {
        Fd file = Fd.open(path, Fcntl.O_RDONLY, 0);
        FileStatus status = FileStatus.of(file);
        ObjectId id = objects.register(DeviceInode.of(status));
        MemoryObject memory = new MemoryObject(
                id,
                MemoryObject.Kind.MEMFD,
                link.substring(PREFIX.length(), link.length() - SUFFIX.length()),
                status.size(),
                (int) Door.require(Door.call(SYS_fcntl, file.number(), Fcntl.F_GET_SEALS), "fcntl", "F_GET_SEALS"),
                status.mode() & PERMISSIONS,
                new Ownership(status.uid(), status.gid()),
                runs(file));
        objects.add(memory);
        return new MemoryFile(memory, file);
    }

    /** The pages of a file that are not holes. */
    static List<PageRun> runs(Fd file) throws KernelException {
        List<PageRun> runs = new ArrayList<>();
        for (long at = 0; ; ) {
            long start = Door.call(SYS_lseek, file.number(), at, SEEK_DATA);
            if (start == -Errno.ENXIO.code()) {
                return runs;
            }
            Door.require(start, "lseek", "SEEK_DATA");
            long end = Door.require(Door.call(SYS_lseek, file.number(), start, SEEK_HOLE), "lseek", "SEEK_HOLE");
            runs.add(new PageRun(start, (end - start + PageRun.PAGE_SIZE - 1) / PageRun.PAGE_SIZE));
            at = end;
        }
    }
}
