package dev.reprise.engine.capture;

import static dev.reprise.kernel.Pagemap.PAGE_IS_FILE;
import static dev.reprise.kernel.Pagemap.PAGE_IS_GUARD;
import static dev.reprise.kernel.Pagemap.PAGE_IS_PFNZERO;
import static dev.reprise.kernel.Pagemap.PAGE_IS_PRESENT;
import static dev.reprise.kernel.Pagemap.PAGE_IS_SWAPPED;

import dev.reprise.image.state.PageRun;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mapping;
import dev.reprise.kernel.Pagemap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Finds the pages of a process that only it has: never holes, zero pages or clean file pages; and its guard regions.
 *
 * <p>One walk over the page tables for all mappings, whose borders are applied to what it finds.
 */
final class PageScan {
    private static final long HIDDEN = PAGE_IS_FILE | PAGE_IS_PFNZERO;
    // Guard pages count as swapped. Returning a category makes the kernel cut regions where it changes.
    private static final Pagemap.Query WITH_GUARDS =
            new Pagemap.Query(HIDDEN, HIDDEN, PAGE_IS_PRESENT | PAGE_IS_SWAPPED | PAGE_IS_GUARD, PAGE_IS_GUARD);
    private static final Pagemap.Query WITHOUT_GUARDS =
            new Pagemap.Query(HIDDEN, HIDDEN, PAGE_IS_PRESENT | PAGE_IS_SWAPPED, PAGE_IS_PFNZERO);

    private static final Pagemap.Query GUARDS = new Pagemap.Query(0, PAGE_IS_GUARD, 0, PAGE_IS_GUARD);
    /** In smaps, of a mapping that may have guard regions. */
    private static final String GUARDED = "gu";

    private final List<Mapping> mappings;
    private final List<PageRun> runs = new ArrayList<>();
    private final List<PageRun> guards = new ArrayList<>();
    private int current;
    private long pages;

    private PageScan(List<Mapping> mappings) {
        this.mappings = mappings;
    }

    /** Scans a process; {@code mappings} are those whose pages may be needed, ascending. */
    static PageScan of(int pid, List<Mapping> mappings) throws KernelException {
        PageScan scan = new PageScan(mappings);
        if (mappings.isEmpty()) {
            return scan;
        }
        long start = mappings.getFirst().start();
        long end = mappings.getLast().end();
        try (Pagemap pagemap = new Pagemap(pid)) {
            try {
                pagemap.scan(start, end, WITH_GUARDS, scan::region);
            } catch (KernelException failure) {
                if (failure.errno() != Errno.EINVAL || scan.pages > 0) {
                    throw failure;
                }
                // Before Linux 6.15: no guard category.
                pagemap.scan(start, end, WITHOUT_GUARDS, scan::region);
            }
        }
        return scan;
    }

    /** Adds the guard regions of those of {@code all} that are shared: their pages are a file's, or a memory object's. */
    PageScan withSharedGuards(int pid, List<Mapping> all) throws KernelException {
        List<Mapping> guarded = all.stream()
                .filter(mapping -> mapping.shared() && mapping.has(GUARDED))
                .toList();
        if (guarded.isEmpty()) {
            return this;
        }
        try (Pagemap pagemap = new Pagemap(pid)) {
            for (Mapping mapping : guarded) {
                pagemap.scan(
                        mapping.start(),
                        mapping.end(),
                        GUARDS,
                        (start, end, _) -> guards.add(new PageRun(start, (end - start) / PageRun.PAGE_SIZE)));
            }
        }
        guards.sort(Comparator.comparingLong(PageRun::start));
        return this;
    }

    private void region(long start, long end, long categories) {
        while (current < mappings.size() && mappings.get(current).end() <= start) {
            current++;
        }
        for (int i = current; i < mappings.size() && mappings.get(i).start() < end; i++) {
            long from = Math.max(start, mappings.get(i).start());
            long to = Math.min(end, mappings.get(i).end());
            PageRun run = new PageRun(from, (to - from) / PageRun.PAGE_SIZE);
            if ((categories & PAGE_IS_GUARD) != 0) {
                guards.add(run);
            } else {
                runs.add(run);
                pages += run.pages();
            }
        }
    }

    /** The runs of pages to save, ascending; none crosses the border of a mapping. */
    List<PageRun> runs() {
        return runs;
    }

    /** The guard regions, ascending. */
    List<PageRun> guards() {
        return guards;
    }

    /** The bytes of all runs. */
    long bytes() {
        return pages * PageRun.PAGE_SIZE;
    }
}
