package dev.reprise.engine.rebuild;

import dev.reprise.engine.model.PageBatch;
import dev.reprise.engine.pager.MissingPages;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Backing;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.SharedObject;
import dev.reprise.image.state.TaskState;
import dev.reprise.image.state.VmFlag;
import dev.reprise.image.state.Vma;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which of an image's pages may come when the program runs already: those of its private anonymous memory. Pure.
 *
 * <p>Not what the kernel touches at a task's end, when it waits for nobody (clear_child_tid, robust lists, rseq), and not what others have to
 * do with, too: pages that a child shares with its parent, shared memory, what is locked or of
 * huge pages, and what the program itself has a userfaultfd for. Files' own pages the kernel does not let others serve.
 *
 * @param eager what comes before
 * @param lazy what comes later, by address spaces
 */
record LazySplit(List<PageBatch> eager, Map<ObjectId, Later> lazy) {
    /** The kernel takes no longer arguments and environments (3/4 of _STK_LIM, fs/exec.c). */
    private static final long MOST_EARLY = 6L << 20;

    private static final Set<VmFlag> KEPT = Set.of(
            VmFlag.LOCKED,
            VmFlag.LOCKED_ON_FAULT,
            VmFlag.HUGETLB,
            VmFlag.SEALED,
            VmFlag.DROPPABLE,
            VmFlag.WIPE_ON_FORK,
            VmFlag.UFFD_MISSING,
            VmFlag.UFFD_MINOR,
            VmFlag.UFFD_WRITE_PROTECT);

    /**
     * Of one address space.
     *
     * @param ranges the mappings to be served
     * @param missing their pages
     * @param early those of them that come before nevertheless
     */
    record Later(List<Vma> ranges, MissingPages missing, NavigableSet<Long> early) {}

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
                    lazy.put(space.id(), new Later(ranges, new MissingPages(), early(image, space)));
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

    private static NavigableSet<Long> early(Image image, AddressSpace space) {
        NavigableSet<Long> pages = new TreeSet<>();
        for (MappingPlan plan : MappingPlan.of(space)) {
            if (plan.isTwin() && plan.hasPages()) {
                pages.add(plan.firstPage()); // it is written to when the mapping is made
            }
        }
        // Others read these without waiting for anybody (/proc/PID/cmdline, environ).
        addPages(
                pages,
                space.fields().argStart(),
                space.fields().argEnd() - space.fields().argStart());
        addPages(
                pages,
                space.fields().envStart(),
                space.fields().envEnd() - space.fields().envStart());
        for (ProcessState process : image.processes()) {
            if (process.addressSpace().equals(space.id())) {
                for (TaskState task : process.tasks()) {
                    addPages(pages, task.clearChildTid(), Integer.BYTES);
                    addPages(pages, task.robustList().head(), task.robustList().length());
                    addPages(pages, task.rseq().address(), task.rseq().length());
                }
            }
        }
        return pages;
    }

    private static void addPages(NavigableSet<Long> pages, long address, long length) {
        if (address != 0) {
            long end = address + Math.max(1, Math.min(length, MOST_EARLY));
            for (long page = MissingPages.pageOf(address); page < end; page += PageRun.PAGE_SIZE) {
                pages.add(page);
            }
        }
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
                if (later.early().contains(at)) {
                    isLazy = false;
                    end = at + PageRun.PAGE_SIZE;
                } else {
                    Long early = later.early().higher(at);
                    end = early == null ? end : Math.min(end, early);
                }
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
