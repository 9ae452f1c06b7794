package dev.reprise.engine.rebuild;

import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Backing;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.VmFlag;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.Mman;
import java.util.ArrayList;
import java.util.List;

/**
 * One mapping of the image and what its making must heed.
 *
 * @param firstPage the address of the first page of its own that comes from the image; 0 when none does
 * @param isTwin it would melt into the mapping before it, which is alike in everything
 */
record MappingPlan(Vma vma, long firstPage, boolean isTwin) {
    private static final int READ_WRITE = Mman.PROT_READ | Mman.PROT_WRITE;

    /** The plans of all mappings of an address space, in order. */
    static List<MappingPlan> of(AddressSpace space) {
        List<MappingPlan> plans = new ArrayList<>(space.vmas().size());
        List<PageRun> runs = space.runs();
        int next = 0;
        MappingPlan before = null;
        for (Vma vma : space.vmas()) {
            while (next < runs.size() && runs.get(next).start() < vma.start()) {
                next++;
            }
            boolean found = next < runs.size() && runs.get(next).start() < vma.end();
            long firstPage = found ? runs.get(next).start() : 0;
            MappingPlan plan = new MappingPlan(vma, firstPage, before != null && before.wouldMergeWith(vma));
            plans.add(plan);
            before = plan;
        }
        return plans;
    }

    // A twin has left its natural place in the numbering of anonymous pages: the next one cannot merge with it.
    private boolean wouldMergeWith(Vma next) {
        return !isTwin
                && vma.end() == next.start()
                && vma.backing() instanceof Backing.Anonymous
                && !vma.has(VmFlag.HUGETLB) // a file stands behind those
                && vma.backing().equals(next.backing())
                && vma.protection() == next.protection()
                && vma.flags().equals(next.flags())
                && vma.policy().equals(next.policy());
    }

    /** Whether contents come from the image. */
    boolean hasPages() {
        return firstPage != 0;
    }

    /** The protection until the pages are there. Memory that was ever writable stays accounted for: made so again. */
    int loadingProtection() {
        boolean needsWriting = hasPages() || !vma.shared() && vma.has(VmFlag.ACCOUNTABLE);
        return needsWriting || isWritableMemory() || vma.backing() instanceof Backing.AioRing
                ? READ_WRITE
                : vma.protection();
    }

    private boolean isWritableMemory() {
        return vma.shared() && vma.backing() instanceof Backing.SharedMemory memory && memory.writable();
    }

    /** MAP_* for mmap(2), but where and of what. */
    int mapFlags() {
        int type = vma.shared() ? Mman.MAP_SHARED : Mman.MAP_PRIVATE;
        if (vma.has(VmFlag.DROPPABLE)) {
            type = Mman.MAP_DROPPABLE;
        }
        return type
                | (vma.has(VmFlag.NO_RESERVE) && !vma.has(VmFlag.DROPPABLE) ? Mman.MAP_NORESERVE : 0)
                | (vma.has(VmFlag.HUGETLB) && vma.backing() instanceof Backing.Anonymous ? Mman.MAP_HUGETLB : 0)
                | (vma.has(VmFlag.GROWS_DOWN) ? Mman.MAP_GROWSDOWN : 0);
    }
}
