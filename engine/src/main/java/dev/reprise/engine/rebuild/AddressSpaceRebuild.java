package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_madvise;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mbind;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mmap;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mremap;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_munmap;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Backing;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.MemoryPolicy;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.SharedMemorySegment;
import dev.reprise.image.state.SharedObject;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.Mman;
import dev.reprise.kernel.RemoteAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An address space, made anew around the segment that the programs run in. Pure.
 *
 * <ol>
 *   <li>{@link #clear}: first of all in the root, after the image file is open; nothing else is mapped afterwards;
 *   <li>{@link #prepare}: before descriptors (it makes files that they open) and before anybody forks;
 *   <li>{@link #fork}: before anybody forks, too, with the contents of it;
 *   <li>{@link #map}: after {@link MemoryFiles#create} and {@link FdTableRebuild#create} (io_urings are mapped), before the fs context
 *       (paths are the tool's);
 *   <li>contents: {@link PageLoading} or {@link PageDelivery}, which ask {@link #place};
 *   <li>{@link #finish}: after the contents, before {@link MemoryFiles#finish} (seals), limits and credentials.
 * </ol>
 */
final class AddressSpaceRebuild {
    private static final long TASK_SIZE = 0x7ffffffff000L;
    private static final long MREMAP = Mman.MREMAP_MAYMOVE | Mman.MREMAP_FIXED;

    private final Image image;
    private final AddressSpace space;
    private final List<MappingPlan> plans;
    private final Holes holes;
    private final VdsoRebuild vdso;
    private final SharedMemoryRebuild sharedMemory;
    private final Map<ObjectId, List<MappingPlan>> mappings = new HashMap<>();

    /** {@code segment}: where the programs are, which stays; {@code here}: null for an executable. */
    AddressSpaceRebuild(Image image, AddressSpace space, PageRun segment, MemoryShare share, @Nullable LocalVdso here) {
        this.image = image;
        this.space = space;
        this.plans = MappingPlan.of(space);
        PageRun region = share.region();
        this.holes = new Holes(space.vmas(), region == null ? List.of(segment) : List.of(segment, region));
        this.vdso = new VdsoRebuild(image, space.vmas(), here, holes);
        this.sharedMemory = new SharedMemoryRebuild(holes, share);
        for (MappingPlan plan : plans) {
            if (plan.vma().backing() instanceof Backing.SharedMemory memory) {
                mappings.computeIfAbsent(memory.memory(), _ -> new ArrayList<>())
                        .add(plan);
            }
        }
    }

    /** The files that must be there, and how. */
    List<FileCheck> checks() {
        return MappedFileChecks.of(space);
    }

    /** Adds: everything away but the segment; in the root, whose children begin as empty. */
    static void clear(ProgramBuilder p, PageRun segment) {
        p.call(SYS_munmap, 0, segment.start());
        p.call(SYS_munmap, segment.end(), TASK_SIZE - segment.end());
    }

    /** Adds: what must be there before anybody forks, or opens files. */
    void prepare(ProgramBuilder p) {
        sharedMemory.prepare(p);
    }

    /** A place for so many bytes that nothing else will have. */
    long hole(long bytes) {
        return holes.take(bytes);
    }

    /** Where this kernel's code will be; of a restore. */
    long vdso() {
        return vdso.start();
    }

    /** Adds the mappings whose contents its children share: before anybody forks. */
    void fork(ProgramBuilder p, ForkedMemory.Part part) {
        mapAll(p, part.made());
        for (MappingPlan plan : part.made()) {
            policy(p, plan.vma());
        }
    }

    /** Adds every mapping that is not there from birth on, writable where contents are to come. */
    void map(ProgramBuilder p, MemoryFiles memfds, ForkedMemory.Part part) {
        new IoUringMappings(p, space).add();
        vdso.map(p);
        mapAll(p, plans.stream().filter(plan -> !part.has(plan)).toList());
        sharedMemory.map(p, memfds, object -> mappings.getOrDefault(object, List.of()), segments());
        // before there are pages: they are to lie on its nodes
        for (Vma vma : space.vmas()) {
            policy(p, vma);
        }
    }

    private void mapAll(ProgramBuilder p, List<MappingPlan> wanted) {
        MappedFilesRebuild files = new MappedFilesRebuild(wanted);
        for (int i = 0; i < wanted.size(); i++) {
            MappingPlan plan = wanted.get(i);
            switch (plan.vma().backing()) {
                case Backing.Anonymous _ -> anonymous(p, plan);
                case Backing.MappedFile _, Backing.Device _ ->
                    SharedMemoryRebuild.map(p, plan, files.descriptor(p, plan.vma()));
                case Backing.PacketRing ring -> SharedMemoryRebuild.map(p, plan, Arg.of(ring.descriptor()));
                case Backing.AioRing ring -> AioRingRebuild.add(p, plan.vma(), ring);
                case Backing.SharedMemory _, Backing.Kernel _, Backing.IoUringMemory _ -> {}
            }
            files.release(p, i, plan.vma());
            HugePageAdvice.add(p, plan.vma());
        }
    }

    private static void policy(ProgramBuilder p, Vma vma) {
        MemoryPolicy policy = vma.policy();
        if (!policy.equals(MemoryPolicy.DEFAULT)) {
            p.call(
                            SYS_mbind,
                            Arg.of(vma.start()),
                            Arg.of(vma.bytes()),
                            Arg.of(policy.mode()),
                            p.bytes(policy.nodes().toArray()),
                            Arg.of((long) policy.nodes().length() * Byte.SIZE),
                            Arg.of(0))
                    .about("the memory policy of " + name(vma));
        }
    }

    // The System V ids of the memory objects that have one.
    private Map<ObjectId, Integer> segments() {
        Map<ObjectId, Integer> segments = new HashMap<>();
        for (SharedObject object : image.objects()) {
            if (object instanceof SharedMemorySegment segment) {
                segments.put(segment.memory(), segment.identity().id());
            }
        }
        return segments;
    }

    private void anonymous(ProgramBuilder p, MappingPlan plan) {
        Vma vma = plan.vma();
        int flags = plan.mapFlags() | Mman.MAP_ANONYMOUS | Mman.MAP_FIXED_NOREPLACE;
        if (!plan.isTwin()) {
            p.call(SYS_mmap, vma.start(), vma.bytes(), plan.loadingProtection(), flags, -1, 0)
                    .about(name(vma));
            return;
        }
        // The kernel merges what lies side by side and is alike, unless its pages were numbered elsewhere: born
        // there and written to, then moved (mm/mremap.c: only a mapping without pages is renumbered).
        long elsewhere = holes.take(vma.bytes());
        p.call(SYS_mmap, elsewhere, vma.bytes(), Mman.PROT_READ | Mman.PROT_WRITE, flags, -1, 0)
                .about(name(vma));
        long touched = elsewhere + (plan.hasPages() ? plan.firstPage() - vma.start() : 0);
        p.store8(Arg.of(touched), Arg.of(0));
        p.call(SYS_mremap, elsewhere, vma.bytes(), vma.bytes(), MREMAP, vma.start())
                .about(name(vma));
        if (!plan.hasPages()) {
            p.call(SYS_madvise, vma.start(), PageRun.PAGE_SIZE, Mman.MADV_DONTNEED);
        }
    }

    /** Where the contents of an object go: those of an address space to their own addresses. */
    RemoteAddress place(ObjectId object, long start) {
        return new RemoteAddress(object.equals(space.id()) ? start : sharedMemory.place(object) + start);
    }

    /**
     * Adds all that could not be true while contents were loaded: protections, guards, locks, names, mm fields, seals. {@code memfds}: null where
     * its executable is the one already.
     */
    void finish(ProgramBuilder p, @Nullable MemoryFiles memfds) {
        finishMappings(p);
        MmRebuild.add(p, space, memfds);
        MappingAttributes.seal(p, plans);
    }

    /** The same without seals, and of what the kernel keeps of the address space as a whole, the borders alone. */
    void finishWithBorders(ProgramBuilder p) {
        finishMappings(p);
        MmRebuild.borders(p, space);
    }

    private void finishMappings(ProgramBuilder p) {
        sharedMemory.finish(p);
        MappingAttributes.add(p, image, space, plans);
    }

    /** A mapping as the user knows it. */
    static String name(Vma vma) {
        return "mapping " + Long.toHexString(vma.start()) + "-" + Long.toHexString(vma.end());
    }
}
