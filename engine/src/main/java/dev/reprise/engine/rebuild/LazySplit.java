package dev.reprise.engine.rebuild;

import dev.reprise.engine.model.PageBatch;
import dev.reprise.engine.pager.MissingPages;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Backing;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.SharedObject;
import dev.reprise.image.state.VmFlag;
import dev.reprise.image.state.Vma;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which of an image's pages may come when the program runs already: those of its private anonymous memory. Pure.
 *
 * <p>Not what others have to do with, too: pages that a child shares with its parent, shared memory, what is locked or of
 * huge pages, and what the program itself has a userfaultfd for. Files' own pages the kernel does not let others serve.
 *
 * @param eager what comes before
 * @param lazy what comes later, by address spaces
 */
record LazySplit(List<PageBatch> eager, Map<ObjectId, Later> lazy) {
    private static final Set<VmFlag> KEPT = Set.of(
            VmFlag.LOCKED,
            VmFlag.LOCKED_ON_FAULT,
            VmFlag.HUGETLB,
            VmFlag.SEALED,
            VmFlag.DROPPABLE,
            VmFlag.UFFD_MISSING,
            VmFlag.UFFD_MINOR,
            VmFlag.UFFD_WRITE_PROTECT);

    /**
     * Of one address space.
     *
     * @param ranges the mappings to be served
     * @param missing their pages
     */
    record Later(List<Vma> ranges, MissingPages missing) {}

    /** All comes before. */
    static LazySplit none(List<PageBatch> batches) {
        return new LazySplit(batches, Map.of());
    }

    /** As much as possible comes later. */
    static LazySplit of(Image image, List<PageBatch> batches) {
        Map<ObjectId, Later> lazy = new LinkedHashMap<>();
        Set<ObjectId> parents = new HashSet<>();
        for (SharedObject object : image.objects()) {
            if (object instanceof AddressSpace space && !space.parent().equals(ObjectId.NONE)) {
                parents.add(space.parent());
            }
        }
        for (SharedObject object : image.objects()) {
            if (object instanceof AddressSpace space
                    && space.parent().equals(ObjectId.NONE)
                    && !parents.contains(space.id())) {
                List<Vma> ranges = space.vmas().stream()
                        .filter(vma -> mayComeLater(vma) && hasPages(vma, space.runs()))
                        .toList();
                if (!ranges.isEmpty()) {
                    lazy.put(space.id(), new Later(ranges, new MissingPages()));
                }
            }
        }
        List<PageBatch> eager = new ArrayList<>();
        for (PageBatch batch : batches) {
            Later later = lazy.get(batch.object());
            if (later == null) {
                eager.add(batch);
            } else {
                split(batch, later, eager);
            }
        }
        return new LazySplit(eager, lazy);
    }

    private static boolean mayComeLater(Vma vma) {
        return vma.backing() instanceof Backing.Anonymous
                && !vma.shared()
                && KEPT.stream().noneMatch(vma::has);
    }

    private static boolean hasPages(Vma vma, List<PageRun> runs) {
        return runs.stream().anyMatch(run -> run.start() < vma.end() && run.end() > vma.start());
    }

    // A run may reach over several mappings.
    private static void split(PageBatch batch, Later later, List<PageBatch> eager) {
        long position = batch.position();
        int next = 0;
        for (PageRun run : batch.runs()) {
            long at = run.start();
            while (at < run.end()) {
                while (next < later.ranges().size() && later.ranges().get(next).end() <= at) {
                    next++;
                }
                Vma range = next < later.ranges().size() ? later.ranges().get(next) : null;
                boolean isLazy = range != null && range.start() <= at;
                long end = range == null ? run.end() : Math.min(run.end(), isLazy ? range.end() : range.start());
                if (isLazy) {
                    later.missing().add(new MissingPages.Extent(at, end - at, position));
                } else {
                    eager.add(new PageBatch(
                            batch.object(), List.of(new PageRun(at, (end - at) / PageRun.PAGE_SIZE)), position));
                }
                position += end - at;
                at = end;
            }
        }
    }

    /** Whether anything comes later. */
    boolean isLazy() {
        return !lazy.isEmpty();
    }
}
