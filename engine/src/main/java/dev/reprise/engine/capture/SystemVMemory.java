package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.image.state.IpcIdentity;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.Ownership;
import dev.reprise.image.state.SharedMemorySegment;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mapping;
import dev.reprise.kernel.Smaps;
import dev.reprise.kernel.SysvIpc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** System V shared memory that is attached: the inode of a mapping is the segment's id (ipc/shm.c, newseg). */
final class SystemVMemory {
    private static final String PATH = "/SYSV";
    private static final int PERMISSIONS = 0777;

    /** An id is no inode of shared anonymous memory, though on the same device. */
    record Key(int id) {}

    private SystemVMemory() {}

    static boolean is(String path) {
        return path.startsWith(PATH);
    }

    /** The record of the segment behind a mapping, whose memory is captured. */
    static SharedMemorySegment take(ObjectId id, int segment, ObjectId memory) throws KernelException {
        SysvIpc.Entry entry = entry(segment);
        int mode = entry.number("perms");
        boolean removed = (mode & SysvIpc.SHM_DEST) != 0;
        return new SharedMemorySegment(id, identity(entry, "shmid"), memory, removed, (mode & SysvIpc.SHM_LOCKED) != 0);
    }

    private static SysvIpc.Entry entry(int segment) throws KernelException {
        for (SysvIpc.Entry entry : SysvIpc.shm()) {
            if (entry.number("shmid") == segment) {
                return entry;
            }
        }
        throw new IllegalStateException("no System V segment " + segment);
    }

    static IpcIdentity identity(SysvIpc.Entry entry, String id) {
        return new IpcIdentity(
                entry.number("key"),
                entry.number(id),
                entry.number("perms") & PERMISSIONS,
                new Ownership(entry.number("uid"), entry.number("gid")));
    }

    /** Segments among these mappings that somebody outside has attached, too: the kernel counts every mapping. */
    static List<Refusal> look(List<Mapping> mappings, Set<Integer> inside) throws KernelException {
        Map<Integer, Mapping> attached = new HashMap<>();
        for (Mapping mapping : mappings) {
            if (is(mapping.path())) {
                attached.put((int) mapping.inode(), mapping);
            }
        }
        List<Refusal> refusals = new ArrayList<>(0);
        if (attached.isEmpty()) {
            return refusals;
        }
        Map<Integer, Integer> ours = new HashMap<>();
        for (int pid : inside) {
            for (Mapping mapping : Smaps.mapsOf(pid)) {
                if (is(mapping.path())) {
                    ours.merge((int) mapping.inode(), 1, Integer::sum);
                }
            }
        }
        for (SysvIpc.Entry entry : SysvIpc.shm()) {
            Mapping mapping = attached.get(entry.number("shmid"));
            if (mapping != null && entry.number("nattch") > ours.getOrDefault(entry.number("shmid"), 0)) {
                refusals.add(new Refusal(
                        "System V shared memory",
                        "mapping " + mapping.range(),
                        "another process has segment " + entry.number("shmid") + " attached, too",
                        "checkpoint both together, or end the other"));
            }
        }
        return refusals;
    }
}
