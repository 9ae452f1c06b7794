package dev.reprise.engine.capture;

import dev.reprise.image.state.Backing;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.VmFlag;
import dev.reprise.kernel.IpcResidence;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mapping;
import java.util.Map;

/** Says what stands behind a mapping; memory that is no file is captured on the way. */
final class AddressSpaceBackings {
    /** Files that are mapped shared and writable are kept in the image up to this size: they may be gone at restore. */
    static final long SMALL_FILE = 1 << 20;

    private static final String NAMED = "[anon:";

    private final int pid;
    private final MappedFiles files;
    private final ObjectTable table;
    private final MemoryObjectCapture objects;
    private final Map<Long, Backing.AioRing> rings;

    /** {@code rings}: those of AIO contexts, by the addresses of their mappings. */
    AddressSpaceBackings(
            int pid,
            MappedFiles files,
            ObjectTable table,
            MemoryObjectCapture objects,
            Map<Long, Backing.AioRing> rings) {
        this.pid = pid;
        this.files = files;
        this.table = table;
        this.objects = objects;
        this.rings = rings;
    }

    Backing of(Mapping mapping) throws KernelException {
        String path = mapping.path();
        if (SpecialMapping.is(mapping)) {
            return new Backing.Kernel(path);
        }
        Backing.AioRing ring = rings.get(mapping.start());
        if (ring != null) {
            return ring;
        }
        if (IoUringMappings.isOne(mapping)) {
            return new Backing.IoUringMemory(IoUringMappings.descriptorOf(pid, mapping));
        }
        if (PacketRings.isOne(mapping)) {
            return new Backing.PacketRing(Math.max(0, IoUringMappings.descriptorOf(pid, mapping)));
        }
        if (SystemVMemory.is(path)) {
            // the id is the inode: that of the first segment is 0
            return sharedMemory(mapping, files.link(mapping), path, IpcResidence.nameOf(pid));
        }
        if (mapping.inode() == 0) {
            boolean named = path.startsWith(NAMED);
            return new Backing.Anonymous(named ? path.substring(NAMED.length(), path.length() - 1) : "");
        }
        if (HugePages.isAnonymous(path)) {
            return mapping.shared() ? sharedMemory(mapping, files.link(mapping), path) : new Backing.Anonymous("");
        }
        if (MemoryObjectCapture.isSharedAnonymous(path) || MemoryObjectCapture.isMemfd(path)) {
            return sharedMemory(mapping, files.link(mapping), path);
        }
        MappedFiles.MappedFile file = files.of(mapping);
        if (file.status().isCharacterDevice()) {
            return new Backing.Device(file.identity());
        }
        if (file.isDeleted() || isSmallAndWritten(mapping, file)) {
            return sharedMemory(mapping, file.source(), file.path());
        }
        return new Backing.MappedFile(file.identity());
    }

    private Backing sharedMemory(Mapping mapping, String source, String name) throws KernelException {
        return sharedMemory(mapping, source, name, "");
    }

    // source: by what it can be opened
    private Backing sharedMemory(Mapping mapping, String source, String name, String namespace) throws KernelException {
        ObjectId id = objects.take(table, source, name, namespace);
        return new Backing.SharedMemory(id, mapping.has(VmFlag.MAY_WRITE.smaps()));
    }

    private static boolean isSmallAndWritten(Mapping mapping, MappedFiles.MappedFile file) {
        return mapping.shared()
                && mapping.has(VmFlag.MAY_WRITE.smaps())
                && file.status().size() <= SMALL_FILE;
    }
}
