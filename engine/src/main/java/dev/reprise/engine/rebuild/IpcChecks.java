package dev.reprise.engine.rebuild;

import dev.reprise.engine.model.Reason;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.IpcIdentity;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.MessageQueue;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.SemaphoreSet;
import dev.reprise.image.state.SharedMemorySegment;
import dev.reprise.image.state.SharedObject;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.SysvIpc;
import java.util.List;
import java.util.function.Predicate;

/** Whether the System V ids and keys of an image are free, or still its own objects': a new IPC namespace has none. */
final class IpcChecks {
    private IpcChecks() {}

    /**
     * Before anything is started.
     *
     * @throws RestoreException which one is somebody else's
     */
    static void require(Image image) throws KernelException, RestoreException {
        for (SharedObject object : image.objects()) {
            if (object instanceof SharedMemorySegment segment) {
                long size = segment.sizeOr(
                        image.object(segment.memory(), MemoryObject.class).size());
                require(
                        "shared memory segment",
                        SysvIpc.shm(),
                        "shmid",
                        segment.identity(),
                        entry -> entry.field("size") == size && entry.field("nattch") == 0);
            } else if (object instanceof SemaphoreSet set) {
                int count = set.values().size();
                require(
                        "semaphore set",
                        SysvIpc.sem(),
                        "semid",
                        set.identity(),
                        entry -> entry.number("nsems") == count);
            } else if (object instanceof MessageQueue queue) {
                require("message queue", SysvIpc.msg(), "msqid", queue.identity(), _ -> true);
            }
        }
    }

    private static void require(
            String kind, List<SysvIpc.Entry> table, String idField, IpcIdentity wanted, Predicate<SysvIpc.Entry> isIt)
            throws RestoreException {
        if (!wanted.namespace().equals(ObjectId.NONE)) {
            return;
        }
        for (SysvIpc.Entry entry : table) {
            boolean sameId = entry.number(idField) == wanted.id();
            boolean sameKey = entry.number("key") == wanted.key();
            if (sameId && !(sameKey && isIt.test(entry))) {
                throw inUse("System V " + kind + " " + wanted.id());
            }
            if (!sameId && sameKey && wanted.key() != 0) {
                throw inUse("the key 0x" + Integer.toHexString(wanted.key()) + " of a System V " + kind);
            }
        }
    }

    private static RestoreException inUse(String what) {
        return new RestoreException(new Reason.InUse(what + " is in use", "end who uses it, and remove it with ipcrm"));
    }
}
