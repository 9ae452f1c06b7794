package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mmap;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mremap;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_munmap;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_shmat;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.Backing;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Mman;
import dev.reprise.kernel.SysvIpc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The memory objects of an address space: made, mapped, and open to their contents at an address of their own.
 *
 * <p>Shared anonymous memory has no descriptor: one mapping makes it, mremap(2) from size 0 the others. What several
 * processes map is inherited by fork: at a common address, copied from there.
 */
final class SharedMemoryRebuild {
    private static final int READ_WRITE = Mman.PROT_READ | Mman.PROT_WRITE;
    static final int ANONYMOUS = Mman.MAP_SHARED | Mman.MAP_ANONYMOUS | Mman.MAP_FIXED_NOREPLACE;

    private final Holes holes;
    private final MemoryShare share;
    private final Map<ObjectId, Long> places = new HashMap<>();
    private final Map<ObjectId, KeptFileRebuild> keptFiles = new LinkedHashMap<>();
    private final List<PageRun> temporaries = new ArrayList<>();

    SharedMemoryRebuild(Holes holes, MemoryShare share) {
        this.holes = holes;
        this.share = share;
    }

    /** Before anybody forks or opens a file: what others inherit, and files that must be there. */
    void prepare(ProgramBuilder p) {
        for (MemoryObject object : share.objects()) {
            Long place = share.common().get(object.id());
            if (place == null || !share.makes(object)) {
                continue;
            }
            places.put(object.id(), place);
            if (object.kind() == MemoryObject.Kind.FILE_CONTENTS) {
                KeptFileRebuild file = new KeptFileRebuild(object, place, share.anyones());
                keptFiles.put(object.id(), file);
                file.create(p);
            } else {
                p.call(SYS_mmap, place, object.size(), READ_WRITE, ANONYMOUS, -1, 0)
                        .about("shared anonymous memory");
            }
        }
    }

    /**
     * Maps all objects, and makes those that are not there yet; {@code mappings} are those of an object, {@code segments} the
     * ids of System V segments, which are all there.
     */
    void map(
            ProgramBuilder p,
            MemoryFiles memfds,
            Function<ObjectId, List<MappingPlan>> mappings,
            Map<ObjectId, Integer> segments) {
        for (MemoryObject object : share.objects()) {
            List<MappingPlan> own = mappings.apply(object.id());
            switch (object.kind()) {
                case MEMFD, HUGE_MEMFD -> memfd(p, object, own, memfds.number(object.id()));
                case HUGE_ANONYMOUS -> hugeAnonymous(p, object, own);
                case SYSTEM_V -> attach(p, object, segments.getOrDefault(object.id(), 0), own);
                case HUGE_SYSTEM_V -> attachHuge(p, object, segments.getOrDefault(object.id(), 0), own);
                case SHARED_ANONYMOUS -> {
                    Long place = share.common().get(object.id());
                    if (memfds.has(object.id())) {
                        memfd(p, object, own, memfds.number(object.id()));
                    } else if (place != null) {
                        commonAnonymous(p, place, own);
                    } else {
                        anonymous(p, object, own);
                    }
                }
                case FILE_CONTENTS -> {
                    if (DeletedFileRebuild.is(object)) {
                        deletedFile(p, object, own, memfds.number(object.id()));
                    } else {
                        keptFile(p, object, own);
                    }
                }
            }
        }
    }

    /** Where the contents of an object go. */
    long place(ObjectId object) {
        Long place = places.get(object);
        if (place == null) {
            throw new IllegalArgumentException("no memory object " + object.value());
        }
        return place;
    }

    private void memfd(ProgramBuilder p, MemoryObject object, List<MappingPlan> mappings, int number) {
        for (MappingPlan mapping : mappings) {
            if (mapping.vma().shared() && !isWritable(mapping)) {
                // It must never become writable: opened so, as after sealing.
                Step readOnly = MappedFilesRebuild.open(p, "/proc/self/fd/" + number, Fcntl.O_RDONLY);
                map(p, mapping, readOnly);
                p.call(SYS_close, readOnly);
            } else {
                map(p, mapping, Arg.of(number));
            }
        }
        if (share.makes(object) && !object.runs().isEmpty()) {
            long place = temporary(object.size());
            places.put(object.id(), place);
            mapShared(p, place, object.size(), Arg.of(number));
        }
    }

    // Opened in the very mode each time: O_TMPFILE may have made it for writing only.
    private void deletedFile(ProgramBuilder p, MemoryObject object, List<MappingPlan> mappings, int number) {
        for (MappingPlan mapping : mappings) {
            boolean writes = isWritable(mapping) && mapping.vma().shared();
            int mode = writes ? Fcntl.O_RDWR : Fcntl.O_RDONLY;
            Step opened = MappedFilesRebuild.open(p, "/proc/self/fd/" + number, mode);
            map(p, mapping, opened);
            p.call(SYS_close, opened);
        }
        if (share.makes(object) && !object.runs().isEmpty()) {
            long place = temporary(object.size());
            places.put(object.id(), place);
            Step opened = MappedFilesRebuild.open(p, "/proc/self/fd/" + number, Fcntl.O_RDWR);
            mapShared(p, place, object.size(), opened);
            p.call(SYS_close, opened);
        }
    }

    /** Whether a mapping of a memory object was opened for writing, whatever its protection is. */
    static boolean isWritable(MappingPlan mapping) {
        return mapping.vma().backing() instanceof Backing.SharedMemory memory && memory.writable();
    }

    static void map(ProgramBuilder p, MappingPlan mapping, Arg descriptor) {
        Vma vma = mapping.vma();
        p.call(
                        SYS_mmap,
                        Arg.of(vma.start()),
                        Arg.of(vma.bytes()),
                        Arg.of(mapping.loadingProtection()),
                        Arg.of(mapping.mapFlags() | Mman.MAP_FIXED_NOREPLACE),
                        descriptor,
                        Arg.of(vma.offset()))
                .about(AddressSpaceRebuild.name(vma));
    }

    static void mapShared(ProgramBuilder p, long place, long bytes, Arg descriptor) {
        p.call(
                        SYS_mmap,
                        Arg.of(place),
                        Arg.of(bytes),
                        Arg.of(READ_WRITE),
                        Arg.of(Mman.MAP_SHARED | Mman.MAP_FIXED_NOREPLACE),
                        descriptor,
                        Arg.of(0))
                .about("a memory object");
    }

    private void anonymous(ProgramBuilder p, MemoryObject object, List<MappingPlan> mappings) {
        MappingPlan whole = whole(object, mappings);
        long place = whole != null ? whole.vma().start() : temporary(object.size());
        places.put(object.id(), place);
        int noReserve = mappings.isEmpty() ? 0 : mappings.getFirst().mapFlags() & Mman.MAP_NORESERVE;
        p.call(SYS_mmap, place, object.size(), READ_WRITE, ANONYMOUS | noReserve, -1, 0)
                .about("shared anonymous memory");
        for (MappingPlan mapping : mappings) {
            if (!mapping.equals(whole)) {
                copy(p, place, mapping.vma());
            }
        }
    }

    private static void commonAnonymous(ProgramBuilder p, long place, List<MappingPlan> mappings) {
        for (MappingPlan mapping : mappings) {
            copy(p, place, mapping.vma());
        }
    }

    private static void copy(ProgramBuilder p, long place, Vma vma) {
        int flags = Mman.MREMAP_MAYMOVE | Mman.MREMAP_FIXED;
        p.call(SYS_mremap, place + vma.offset(), 0, vma.bytes(), flags, vma.start())
                .about(AddressSpaceRebuild.name(vma));
    }

    // Huge pages cannot be mapped once more by mremap(2): they are opened through the first mapping.
    private void hugeAnonymous(ProgramBuilder p, MemoryObject object, List<MappingPlan> mappings) {
        long place = temporary(object.size());
        places.put(object.id(), place);
        p.call(SYS_mmap, place, object.size(), READ_WRITE, ANONYMOUS | Mman.MAP_HUGETLB, -1, 0)
                .about("shared huge pages");
        String link = "/proc/self/map_files/" + Long.toHexString(place) + "-" + Long.toHexString(place + object.size());
        Step opened = MappedFilesRebuild.open(p, link, Fcntl.O_RDWR);
        for (MappingPlan mapping : mappings) {
            map(p, mapping, opened);
        }
        p.call(SYS_close, opened);
    }

    /** Attaches a System V segment, which is there by now; each of its mappings is one more attachment. */
    private void attach(ProgramBuilder p, MemoryObject object, int segment, List<MappingPlan> mappings) {
        long writable = 0;
        long readOnly = 0;
        for (MappingPlan mapping : mappings) {
            boolean writes = isWritable(mapping);
            if (writes && writable == 0) {
                writable = attach(p, object, segment, 0);
            } else if (!writes && readOnly == 0) {
                readOnly = attach(p, object, segment, SysvIpc.SHM_RDONLY);
            }
            Vma vma = mapping.vma();
            p.call(
                            SYS_mremap,
                            (writes ? writable : readOnly) + vma.offset(),
                            0,
                            vma.bytes(),
                            Mman.MREMAP_MAYMOVE | Mman.MREMAP_FIXED,
                            vma.start())
                    .about(AddressSpaceRebuild.name(vma));
        }
        if (writable == 0 && !object.runs().isEmpty()) {
            writable = attach(p, object, segment, 0);
        }
        places.put(object.id(), writable);
    }

    // Huge pages cannot be mapped once more by mremap(2), but moved: one attachment for all that was of one.
    private void attachHuge(ProgramBuilder p, MemoryObject object, int segment, List<MappingPlan> mappings) {
        Map<Long, Long> attached = new HashMap<>();
        for (MappingPlan mapping : mappings) {
            Vma vma = mapping.vma();
            boolean writes = isWritable(mapping);
            long base = vma.start() - vma.offset() | (writes ? 1 : 0);
            long place =
                    attached.computeIfAbsent(base, _ -> attach(p, object, segment, writes ? 0 : SysvIpc.SHM_RDONLY));
            p.call(
                            SYS_mremap,
                            place + vma.offset(),
                            vma.bytes(),
                            vma.bytes(),
                            Mman.MREMAP_MAYMOVE | Mman.MREMAP_FIXED,
                            vma.start())
                    .about(AddressSpaceRebuild.name(vma));
        }
        places.put(object.id(), object.runs().isEmpty() ? 0 : attach(p, object, segment, 0));
    }

    private long attach(ProgramBuilder p, MemoryObject object, int segment, int flags) {
        long place = temporary(object.size());
        p.expect(place, SYS_shmat, Arg.of(segment), Arg.of(place), Arg.of(flags))
                .about("System V shared memory " + segment);
        return place;
    }

    private static @org.jspecify.annotations.Nullable MappingPlan whole(
            MemoryObject object, List<MappingPlan> mappings) {
        for (MappingPlan mapping : mappings) {
            if (mapping.vma().offset() == 0 && mapping.vma().bytes() == object.size()) {
                return mapping;
            }
        }
        return null;
    }

    private void keptFile(ProgramBuilder p, MemoryObject object, List<MappingPlan> mappings) {
        KeptFileRebuild made = keptFiles.get(object.id());
        KeptFileRebuild file = made == null ? new KeptFileRebuild(object, 0, false) : made;
        file.map(p, mappings);
    }

    private long temporary(long bytes) {
        long place = holes.take(bytes);
        temporaries.add(new PageRun(place, (bytes + PageRun.PAGE_SIZE - 1) / PageRun.PAGE_SIZE));
        return place;
    }

    /** When all contents are loaded: files get theirs, temporary mappings go. */
    void finish(ProgramBuilder p) {
        for (KeptFileRebuild file : keptFiles.values()) {
            file.finish(p);
        }
        for (PageRun temporary : temporaries) {
            p.call(SYS_munmap, temporary.start(), temporary.bytes());
        }
        PageRun region = share.region();
        if (region != null) {
            p.call(SYS_munmap, region.start(), region.bytes());
        }
    }
}
