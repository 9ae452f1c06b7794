package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mmap;

import dev.reprise.engine.model.PageBatch;
import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.VmFlag;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.Mman;
import java.util.ArrayList;
import java.util.List;

/** Contents that are not read but mapped, privately, from the file in which they lie. */
final class MappedContents {
    /** A smaller run is read as fast as it is mapped. */
    private static final long WORTH = 64L << 10;

    private final AddressSpace space;

    MappedContents(AddressSpace space) {
        this.space = space;
    }

    /** Adds the mapping of what can be mapped from the descriptor {@code file}; what is left is to be read. */
    List<PageBatch> add(ProgramBuilder p, int file, List<PageBatch> batches) {
        List<PageBatch> left = new ArrayList<>();
        for (PageBatch batch : batches) {
            long position = batch.position();
            for (PageRun run : batch.runs()) {
                Vma vma = batch.object().equals(space.id()) && run.bytes() >= WORTH ? mapping(run) : null;
                if (vma == null) {
                    left.add(new PageBatch(batch.object(), List.of(run), position));
                } else {
                    map(p, file, run, vma, position);
                }
                position += run.bytes();
            }
        }
        return left;
    }

    private static void map(ProgramBuilder p, int file, PageRun run, Vma vma, long position) {
        int flags = Mman.MAP_PRIVATE | Mman.MAP_FIXED | (vma.has(VmFlag.NO_RESERVE) ? Mman.MAP_NORESERVE : 0);
        p.call(
                        SYS_mmap,
                        Arg.of(run.start()),
                        Arg.of(run.bytes()),
                        Arg.of(vma.protection()),
                        Arg.of(flags),
                        Arg.of(file),
                        Arg.of(position))
                .about(AddressSpaceRebuild.name(vma));
    }

    // A stack must stay in one piece to grow, and what was advised about a mapping has been said about its memory.
    private @org.jspecify.annotations.Nullable Vma mapping(PageRun run) {
        for (Vma vma : space.vmas()) {
            if (vma.start() <= run.start() && run.end() <= vma.end()) {
                boolean plain = !vma.shared()
                        && !vma.has(VmFlag.GROWS_DOWN)
                        && !vma.has(VmFlag.DROPPABLE)
                        && !vma.has(VmFlag.HUGE_PAGE)
                        && !vma.has(VmFlag.HUGETLB)
                        && !vma.has(VmFlag.UFFD_MISSING) // whose userfaultfd serves memory, not files
                        && !vma.has(VmFlag.UFFD_WRITE_PROTECT);
                return plain ? vma : null;
            }
        }
        return null;
    }
}
