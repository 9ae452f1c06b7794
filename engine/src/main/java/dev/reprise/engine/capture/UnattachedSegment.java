package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Shm;
import dev.reprise.kernel.SysvIpc;
import java.util.List;

/**
 * System V shared memory that nobody has attached: for a moment we have, and what we have open of it then stays readable. The
 * kernel remembers that we were the last.
 */
final class UnattachedSegment {
    private static final String NAME = "/SYSV";
    private static final long PAGE = 4096;

    private UnattachedSegment() {}

    /** Adds one of the namespace in which this thread stays. */
    static void take(SysvIpc.Entry segment, String namespace, MemoryObjectCapture memory, ObjectTable objects)
            throws KernelException, CannotCapture {
        int id = segment.number("shmid");
        long bytes = (segment.field("size") + PAGE - 1) & -PAGE;
        long address = Shm.attach(id, Shm.SHM_RDONLY);
        try {
            String link = "/proc/self/map_files/" + Long.toHexString(address) + "-" + Long.toHexString(address + bytes);
            memory.take(objects, link, NAME, namespace);
        } catch (KernelException failed) {
            // The mapping is longer than the segment.
            if (failed.errno() == Errno.ENOENT) {
                throw new CannotCapture(List.of(new Refusal(
                        "System V shared memory",
                        "segment " + id + " of " + namespace,
                        "it has huge pages, and nobody has it attached",
                        "")));
            }
            throw failed;
        } finally {
            Shm.detach(address);
        }
    }
}
