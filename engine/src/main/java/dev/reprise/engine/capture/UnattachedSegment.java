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
        long address = Shm.attach(id, Shm.SHM_RDONLY);
        try {
            try {
                memory.take(objects, link(segment, address, PAGE), NAME, namespace);
            } catch (KernelException longer) {
                if (longer.errno() != Errno.ENOENT) {
                    throw longer;
                }
                memory.take(objects, link(segment, address, HugePages.defaultSize()), NAME, namespace);
            }
        } catch (KernelException failed) {
            // The mapping is longer than the segment.
            if (failed.errno() == Errno.ENOENT) {
                throw new CannotCapture(List.of(new Refusal(
                        "System V shared memory",
                        "segment " + id + " of " + namespace,
                        "it has huge pages of another size than the default, and nobody has it attached",
                        "")));
            }
            throw failed;
        } finally {
            Shm.detach(address);
        }
    }

    // The mapping is a multiple of the page size.
    private static String link(SysvIpc.Entry segment, long address, long page) {
        long bytes = (segment.field("size") + page - 1) & -page;
        return "/proc/self/map_files/" + Long.toHexString(address) + "-" + Long.toHexString(address + bytes);
    }
}
