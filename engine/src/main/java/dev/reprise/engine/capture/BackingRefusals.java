package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.image.state.VmFlag;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mapping;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The mappings that cannot be saved because of what stands behind them: devices, files out of reach, foreign users. */
final class BackingRefusals {
    private static final long DEV_ZERO = 1 << 8 | 5;
    /** A deleted file is kept in the image up to this size: above, no address space has room to load it. */
    private static final long DELETED_LIMIT = 1L << 44;

    private final MappedFiles files;

    BackingRefusals(MappedFiles files) {
        this.files = files;
    }

    /** Without those about other processes: {@link SharedMemoryLook}. */
    List<Refusal> of(List<Mapping> mappings) throws KernelException {
        List<Refusal> refusals = new ArrayList<>();
        for (Mapping mapping : mappings) {
            if (isMemory(mapping) && files.isBarred(mapping)) {
                refusals.add(barred(mapping));
            } else if (mapping.has(VmFlag.HUGETLB.smaps())) {
                ofHugePages(mapping, refusals);
            } else if (mapping.inode() != 0 && !isMemory(mapping) && !isRing(mapping)) {
                ofFile(mapping, refusals);
            }
        }
        return refusals;
    }

    private static boolean isMemory(Mapping mapping) {
        return MemoryObjectCapture.isMemfd(mapping.path())
                || MemoryObjectCapture.isSharedAnonymous(mapping.path())
                || HugePages.isAnonymous(mapping.path())
                || SystemVMemory.is(mapping.path());
    }

    private static boolean isRing(Mapping mapping) {
        return AioRings.isOne(mapping) || IoUringMappings.isOne(mapping) || PacketRings.isOne(mapping);
    }

    private void ofHugePages(Mapping mapping, List<Refusal> refusals) throws KernelException {
        String where = "mapping " + mapping.range() + " of " + mapping.path();
        if (!isMemory(mapping)) {
            refusals.add(new Refusal("file of huge pages", where, "its pages are not saved yet", ""));
            return;
        }
        try (Fd file = Fd.open(files.link(mapping), Fcntl.O_RDONLY, 0)) {
            if (!HugePages.haveDefaultSize(file)) {
                refusals.add(new Refusal(
                        "huge pages of another size", where, "only those of the system's default size are saved", ""));
            }
        }
    }

    private static Refusal barred(Mapping mapping) {
        return new Refusal(
                "mapping out of reach",
                "mapping " + mapping.range() + " of " + mapping.path(),
                "only CAP_CHECKPOINT_RESTORE leads through /proc/PID/map_files to it",
                "run as root");
    }

    private void ofFile(Mapping mapping, List<Refusal> refusals) throws KernelException {
        MappedFiles.MappedFile file;
        try {
            file = files.of(mapping);
        } catch (KernelException failure) {
            if (MappedFiles.isBarred(failure)) {
                refusals.add(barred(mapping));
            }
            return;
        }
        String where = "mapping " + mapping.range() + " of " + file.path();
        if (file.status().isCharacterDevice()) {
            if (mapping.shared() || file.status().deviceNumber() != DEV_ZERO) {
                refusals.add(new Refusal("mapped device", where, "its memory belongs to the device", ""));
            }
        } else if (file.isDeleted()) {
            if (file.status().size() > DELETED_LIMIT) {
                refusals.add(new Refusal("mapping of a deleted file", where, "the file is too large to be kept", ""));
            }
        } else if (!file.isReachable()) {
            refusals.add(
                    new Refusal("mapped file out of reach", where, "its name leads to another file from here", ""));
        }
    }

    /** The memory that other processes could have, too, each with one of its mappings. */
    Map<DeviceInode, Mapping> sharedMemory(List<Mapping> mappings) throws KernelException {
        Map<DeviceInode, Mapping> objects = new HashMap<>();
        for (Mapping mapping : mappings) {
            if (mapping.inode() != 0
                    && !SystemVMemory.is(mapping.path())
                    && !isRing(mapping)
                    && (isMemory(mapping) || mapping.shared() && files.isDeleted(mapping))) {
                objects.put(new DeviceInode(mapping.device(), mapping.inode()), mapping);
            }
        }
        return objects;
    }

    // One that is deleted is made again with its mappings.
    private static boolean isMapped(MappedFiles.MappedFile file, List<Mapping> mappings) {
        for (Mapping mapping : mappings) {
            if (mapping.inode() == file.status().inode() && mapping.path().equals(file.path())) {
                return true;
            }
        }
        return false;
    }

    /** Why the exe link could not be set again. */
    static List<Refusal> ofExecutable(MappedFiles.MappedFile executable, List<Mapping> mappings) {
        if (executable.isReachable() || executable.isDeleted() && isMapped(executable, mappings)) {
            return List.of();
        }
        return List.of(new Refusal(
                "executable out of reach", executable.path(), "the restored program would have another exe link", ""));
    }
}
