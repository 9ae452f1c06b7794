package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.engine.tracee.Segment;
import dev.reprise.image.state.IpcIdentity;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.Ownership;
import dev.reprise.image.state.SharedMemorySegment;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mapping;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.Smaps;
import dev.reprise.kernel.SysvIpc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** System V shared memory that is attached: the inode of a mapping is the segment's id (ipc/shm.c, newseg). */
final class SystemVMemory {
    private static final String PATH = "/SYSV";
    private static final int PERMISSIONS = 0777;

    /** An id is no inode of shared anonymous memory, though on the same device; each IPC namespace has its own. */
    record Key(int id, String namespace) {}

    private SystemVMemory() {}

    static boolean is(String path) {
        return path.startsWith(PATH);
    }

    /** The record of the segment behind a mapping, whose memory is captured. */
    static SharedMemorySegment take(ObjectTable table, Key segment, ObjectId memory, boolean huge)
            throws KernelException {
        SysvIpc.Entry entry = entry(segment.id());
        ObjectId id = table.newId();
        IpcIdentity identity = identity(entry, "shmid", table.find(segment.namespace()));
        int mode = entry.number("perms");
        boolean removed = (mode & SysvIpc.SHM_DEST) != 0;
        return new SharedMemorySegment(
                id, identity, memory, removed, (mode & SysvIpc.SHM_LOCKED) != 0, huge ? entry.field("size") : 0);
    }

    private static SysvIpc.Entry entry(int segment) throws KernelException {
        for (SysvIpc.Entry entry : SysvIpc.shm()) {
            if (entry.number("shmid") == segment) {
                return entry;
            }
        }
        // Attached in another IPC namespace, and left by setns(2) or unshare(2): a mapping stays.
        throw new KernelException("find in this IPC namespace", "System V segment " + segment, Errno.EINVAL);
    }

    /** {@code namespace}: its object, none for the tool's own. */
    static IpcIdentity identity(SysvIpc.Entry entry, String id, ObjectId namespace) {
        return new IpcIdentity(
                entry.number("key"),
                entry.number(id),
                entry.number("perms") & PERMISSIONS,
                new Ownership(entry.number("uid"), entry.number("gid")),
                namespace);
    }

    /** Segments of a set that somebody outside has attached, too: the kernel counts every mapping. */
    static List<Refusal> look(ProcessSet set) throws KernelException {
        List<SysvIpc.Entry> segments = SysvIpc.shm();
        List<Refusal> refusals = new ArrayList<>(0);
        if (segments.isEmpty()) {
            return refusals;
        }
        Map<Integer, List<Mapping>> attached = new HashMap<>();
        for (int pid : set.pids()) {
            for (Mapping mapping : mappingsOf(pid)) {
                if (is(mapping.path())) {
                    attached.computeIfAbsent((int) mapping.inode(), _ -> new ArrayList<>())
                            .add(mapping);
                }
            }
        }
        for (SysvIpc.Entry entry : segments) {
            int id = entry.number("shmid");
            List<Mapping> ours = attached.getOrDefault(id, List.of());
            if (!ours.isEmpty() && entry.number("nattch") > ours.size()) {
                int other = outsiderWith(id, set);
                // A child that is born or ends right now makes the sum wrong, too.
                if (other != 0 || !set.growing()) {
                    Refusal shared = new Refusal(
                            "System V shared memory",
                            "mapping " + ours.getFirst().range(),
                            (other == 0 ? "another process" : "process " + other) + " has segment " + id
                                    + " attached, too",
                            "checkpoint both together, or end the other");
                    // A dead tool's: the copy of the memory that it has made is about to end.
                    refusals.add(Segment.isOne(ours.getFirst()) ? shared.thatPasses() : shared);
                }
            }
        }
        return refusals;
    }

    private static int outsiderWith(int id, ProcessSet set) throws KernelException {
        Outsiders outsiders = set.outsiders();
        for (int pid : Proc.numbers("/proc")) {
            if (!outsiders.inside().contains(pid) && maps(pid, id) && outsiders.contain(pid)) {
                return pid;
            }
        }
        return 0;
    }

    private static boolean maps(int pid, int id) throws KernelException {
        try {
            for (Mapping mapping : Smaps.mapsOf(pid)) {
                if (is(mapping.path()) && (int) mapping.inode() == id) {
                    return true;
                }
            }
        } catch (KernelException unseen) {
            // It has ended, or is not ours to look into, and then it stays unnamed: the sum tells what is wrong.
            if (unseen.errno() != Errno.EACCES && unseen.errno() != Errno.EPERM) {
                Gone.requireGone(unseen);
            }
        }
        return false;
    }

    private static List<Mapping> mappingsOf(int pid) throws KernelException {
        try {
            return Smaps.mapsOf(pid);
        } catch (KernelException ended) {
            Gone.requireGone(ended);
            return List.of();
        }
    }
}
