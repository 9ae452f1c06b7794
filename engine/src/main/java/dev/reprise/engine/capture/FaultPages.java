package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.VmFlag;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mapping;
import dev.reprise.kernel.Pagemap;
import java.util.ArrayList;
import java.util.List;

/**
 * The mappings of an address space that are registered with userfaultfds, and what their page tables say that contents do not.
 * All from outside: a missing page is never touched.
 *
 * @param markers where no page is, but the kernel has noted something
 */
record FaultPages(
        List<Mapping> mappings,
        List<PageRun> zeros,
        List<PageRun> mapped,
        List<PageRun> writeProtected,
        List<PageRun> poisoned,
        List<PageRun> markers) {
    /** Of an address space without such mappings. */
    static final FaultPages NONE = new FaultPages(List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

    private static final Pagemap.Query ZEROS =
            new Pagemap.Query(0, Pagemap.PAGE_IS_PFNZERO, 0, Pagemap.PAGE_IS_PFNZERO);

    FaultPages {
        mappings = List.copyOf(mappings);
    }

    /** Whether a mapping is registered with one. */
    static boolean isOne(Mapping mapping) {
        return mapping.has(VmFlag.UFFD_MISSING.smaps())
                || mapping.has(VmFlag.UFFD_WRITE_PROTECT.smaps())
                || mapping.has(VmFlag.UFFD_MINOR.smaps());
    }

    /** That such a mapping is served from elsewhere. */
    static Refusal unserved(Mapping mapping) {
        return new Refusal(
                "userfaultfd range",
                "mapping " + mapping.range(),
                "none of the processes has the userfaultfd open that serves it",
                "checkpoint it together with the process that does");
    }

    /** Those of a process. */
    static FaultPages of(int pid, List<Mapping> all) throws KernelException {
        List<Mapping> mappings = all.stream().filter(FaultPages::isOne).toList();
        if (mappings.isEmpty()) {
            return NONE;
        }
        List<PageRun> zeros = new ArrayList<>();
        List<PageRun> mapped = new ArrayList<>();
        List<PageRun> writeProtected = new ArrayList<>();
        List<PageRun> poisoned = new ArrayList<>();
        List<PageRun> markers = new ArrayList<>();
        try (Pagemap pagemap = new Pagemap(pid)) {
            for (Mapping mapping : mappings) {
                boolean minor = mapping.has(VmFlag.UFFD_MINOR.smaps());
                pagemap.scan(mapping.start(), mapping.end(), ZEROS, (start, end, _) -> {
                    for (long page = start; page < end; page += PageRun.PAGE_SIZE) {
                        add(zeros, mapping, page);
                    }
                });
                pagemap.entries(mapping.start(), mapping.end(), (page, entry) -> {
                    if ((entry & Pagemap.WRITE_PROTECTED) != 0) {
                        add(writeProtected, mapping, page);
                    }
                    if (minor && (entry & Pagemap.PRESENT) != 0 && (entry & Pagemap.FILE) != 0) {
                        add(mapped, mapping, page);
                    }
                    if (Pagemap.isMarker(entry)) {
                        add(markers, mapping, page);
                        if (Pagemap.isPoisoned(entry)) {
                            add(poisoned, mapping, page);
                        }
                    }
                });
            }
        }
        return new FaultPages(mappings, zeros, mapped, writeProtected, poisoned, markers);
    }

    // No run crosses a mapping's border: most requests of a userfaultfd must not.
    private static void add(List<PageRun> runs, Mapping mapping, long page) {
        PageRun last = runs.isEmpty() ? null : runs.getLast();
        if (last != null && last.end() == page && page > mapping.start()) {
            runs.set(runs.size() - 1, new PageRun(last.start(), last.pages() + 1));
        } else {
            runs.add(new PageRun(page, 1));
        }
    }

    /** Runs of pages without those that a marker stands for: guard pages are known as such already. */
    List<PageRun> withoutMarkers(List<PageRun> runs) {
        if (markers.isEmpty()) {
            return runs;
        }
        List<PageRun> left = new ArrayList<>();
        int next = 0;
        for (PageRun run : runs) {
            while (next < markers.size() && markers.get(next).end() <= run.start()) {
                next++;
            }
            long from = run.start();
            for (int i = next; i < markers.size() && markers.get(i).start() < run.end(); i++) {
                addUpTo(left, from, markers.get(i).start());
                from = markers.get(i).end();
            }
            addUpTo(left, from, run.end());
        }
        return left;
    }

    private static void addUpTo(List<PageRun> runs, long from, long to) {
        if (from < to) {
            runs.add(new PageRun(from, (to - from) / PageRun.PAGE_SIZE));
        }
    }

    /** Those of some runs that lie in some ranges. */
    static List<PageRun> in(List<PageRun> ranges, List<PageRun> runs) {
        List<PageRun> in = new ArrayList<>();
        int next = 0;
        for (PageRun run : runs) {
            while (next < ranges.size() && ranges.get(next).end() <= run.start()) {
                next++;
            }
            if (next < ranges.size() && ranges.get(next).start() <= run.start()) {
                in.add(run);
            }
        }
        return in;
    }
}
