package dev.reprise.engine.capture;

import dev.reprise.image.state.DeletedFile;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.FileSystem;
import dev.reprise.kernel.KernelException;
import java.util.Set;

/** Regular files without any name (unlinked, O_TMPFILE): their contents go into the image. */
final class DeletedFileCapture implements OpenFileCapture {
    /** Above this no address space has room to load one. */
    private static final long LIMIT = 1L << 44;

    /** Files of the kernel's own that look like deleted ones; those of System V shared memory have a number, too. */
    private static final Set<String> NO_FILES = Set.of("/dev/zero (deleted)", "/secretmem (deleted)");

    private static final String SYSTEM_V = "/SYSV";

    @Override
    public boolean recognizes(LiveDescriptor d) {
        return d.type() == Fcntl.S_IFREG
                && d.isDeleted()
                && !MemoryObjectCapture.isMemfd(d.link())
                && !d.link().startsWith(SYSTEM_V)
                && !NO_FILES.contains(d.link());
    }

    @Override
    public void look(LiveDescriptor d, DescriptorLook look) throws KernelException {
        look.requireMounted(d);
        if (look.isHeldOutside(d)) {
            look.refuseLink(
                    d,
                    "deleted file shared with another process",
                    "another process has " + d.link() + " open, too",
                    "checkpoint the processes together, or close it");
        }
        if (d.status().size() > LIMIT) {
            look.refuse(d, "deleted file", d.link() + " is too large to be kept", "truncate it");
        }
        long fileSystem = FileSystem.of(d.copy());
        if (fileSystem == FileSystem.HUGETLBFS_MAGIC || fileSystem == FileSystem.PROC_SUPER_MAGIC) {
            look.refuse(d, "deleted file", d.link() + " is of a file system that makes no such file", "close it");
        }
        FileLocks.look(d, look);
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) throws KernelException {
        ObjectId memory = take.memoryOf(d);
        return new DeletedFile(
                id, d.info().statusFlags(), take.owner(d), memory, d.info().position());
    }
}
