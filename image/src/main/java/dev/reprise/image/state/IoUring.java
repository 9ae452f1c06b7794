package dev.reprise.image.state;

import java.util.List;

/**
 * An open io_uring_setup(2) file without requests in flight.
 *
 * @param setup IORING_SETUP_*
 * @param sqPosition how many submissions the kernel has taken, modulo 2^32; {@code cqPosition} completions given
 * @param offsets in the memory of the rings: head and tail of the submission queue, head and tail of the completion queue, completions,
 *     array of indexes (0: none)
 * @param submitter the task that alone may submit (IORING_SETUP_SINGLE_ISSUER); 0: any, or none yet
 * @param ringBytes the size of that memory; {@code rings} are its contents, but for zeros at its end
 * @param entryBytes the size of the submission entries; {@code entries} are their contents, likewise
 */
public record IoUring(
        ObjectId id,
        int flags,
        FileOwner owner,
        int setup,
        int sqEntries,
        int cqEntries,
        int sqPosition,
        int cqPosition,
        List<Integer> offsets,
        int submitter,
        int ringBytes,
        Bytes rings,
        int entryBytes,
        Bytes entries)
        implements OpenFile {
    private static final int OFFSETS = 6;

    public IoUring {
        offsets = List.copyOf(offsets);
        if (offsets.size() != OFFSETS || rings.length() > ringBytes || entries.length() > entryBytes) {
            throw new IllegalArgumentException("io_uring of " + ringBytes + " and " + entryBytes + " bytes");
        }
    }
}
