package dev.reprise.image.state;

import java.util.List;

/**
 * A userfaultfd for which no fault waits.
 *
 * @param initialised whether UFFDIO_API has been called; {@code features} are what that has set, UFFD_FEATURE_*
 * @param userModeOnly UFFD_USER_MODE_ONLY: faults of the kernel are not its business
 * @param space the address space that it serves
 * @param ranges the mappings there that are registered with it, whole ones; their flags say in which modes
 * @param zeros pages in them that are there and zero, without contents in the image
 * @param mapped pages of shared memory that are mapped, in mappings with minor faults
 * @param writeProtected pages whose next write is a fault
 * @param poisoned pages whose use is an error (UFFDIO_POISON)
 */
public record Userfaultfd(
        ObjectId id,
        int flags,
        FileOwner owner,
        boolean initialised,
        long features,
        boolean userModeOnly,
        ObjectId space,
        List<PageRun> ranges,
        List<PageRun> zeros,
        List<PageRun> mapped,
        List<PageRun> writeProtected,
        List<PageRun> poisoned)
        implements OpenFile {
    public Userfaultfd {
        ranges = List.copyOf(ranges);
        zeros = List.copyOf(zeros);
        mapped = List.copyOf(mapped);
        writeProtected = List.copyOf(writeProtected);
        poisoned = List.copyOf(poisoned);
    }
}
