package dev.reprise.image.state;

import java.util.List;

/** Memory that is no process's own: {@code runs} (offsets in bytes as start) of its contents are in the stream. */
public record MemoryObject(
        ObjectId id,
        Kind kind,
        String name,
        long size,
        int seals,
        int mode,
        Ownership ownership,
        FileAttributes attributes,
        List<PageRun> runs)
        implements SharedObject {
    public MemoryObject {
        runs = List.copyOf(runs);
        if ((kind == Kind.SYSTEM_V || kind == Kind.HUGE_SYSTEM_V) && size <= 0) {
            throw new IllegalArgumentException("System V segment of " + size + " bytes");
        }
    }

    /** Memory of whose file nothing more is known. */
    public MemoryObject(
            ObjectId id,
            Kind kind,
            String name,
            long size,
            int seals,
            int mode,
            Ownership ownership,
            List<PageRun> runs) {
        this(id, kind, name, size, seals, mode, ownership, FileAttributes.NONE, runs);
    }

    /** What keeps the memory. */
    public enum Kind {
        /** A memfd_create(2) file. */
        MEMFD,
        /** MAP_SHARED | MAP_ANONYMOUS, or /dev/zero mapped shared. */
        SHARED_ANONYMOUS,
        /** A small file that is mapped shared and may be gone at restore: contents kept in the image. */
        FILE_CONTENTS,

        /** That of a {@link SharedMemorySegment}. */
        SYSTEM_V,

        /** A memfd_create(2) file of huge pages of the default size (MFD_HUGETLB). */
        HUGE_MEMFD,

        /** MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB, of the default size. */
        HUGE_ANONYMOUS,

        /** That of a {@link SharedMemorySegment} of huge pages of the default size (SHM_HUGETLB). */
        HUGE_SYSTEM_V
    }
}
