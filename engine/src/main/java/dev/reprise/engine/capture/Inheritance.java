package dev.reprise.engine.capture;

import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.kernel.KernelException;
import java.util.ArrayList;
import java.util.List;

/**
 * Which pages a process still shares with its parent, copy-on-write since the fork: the page tables of both show the same
 * frame (or place in the swap) at the same address.
 *
 * @param parentPid whose pages they would be; 0 when the parent is outside
 * @param parent the parent's address space
 * @param parentRuns what is saved or inherited there; sharing what is not would lead nowhere
 */
record Inheritance(int parentPid, ObjectId parent, List<PageRun> parentRuns) {
    /** Of a process that shares pages with nobody. */
    static final Inheritance NONE = new Inheritance(0, ObjectId.NONE, List.of());

    /** A process's pages, by whether their contents are its own; ascending. */
    record Shares(List<PageRun> own, List<PageRun> inherited) {}

    /** Looks at the pages that process {@code pid} has. */
    Shares of(int pid, List<PageRun> runs) throws KernelException {
        if (parentPid == 0) {
            return new Shares(runs, List.of());
        }
        List<PageRun> own = new ArrayList<>();
        List<PageRun> inherited = new ArrayList<>();
        try (PageFrames ours = new PageFrames(pid);
                PageFrames theirs = new PageFrames(parentPid)) {
            int next = 0;
            for (PageRun run : runs) {
                while (next < parentRuns.size() && parentRuns.get(next).end() <= run.start()) {
                    next++;
                }
                split(run, next, ours, theirs, own, inherited);
            }
        }
        return new Shares(own, inherited);
    }

    private void split(
            PageRun run, int first, PageFrames ours, PageFrames theirs, List<PageRun> own, List<PageRun> inherited)
            throws KernelException {
        long at = run.start();
        for (int i = first; i < parentRuns.size() && parentRuns.get(i).start() < run.end(); i++) {
            long from = Math.max(run.start(), parentRuns.get(i).start());
            long to = Math.min(run.end(), parentRuns.get(i).end());
            if (from > at) {
                add(own, at, from, run);
            }
            compare(run, from, to, ours, theirs, own, inherited);
            at = to;
        }
        if (at < run.end()) {
            add(own, at, run.end(), run);
        }
    }

    private static void compare(
            PageRun run,
            long start,
            long end,
            PageFrames ours,
            PageFrames theirs,
            List<PageRun> own,
            List<PageRun> inherited)
            throws KernelException {
        for (long at = start; at < end; at += PageFrames.BATCH_BYTES) {
            int pages = (int) ((Math.min(end, at + PageFrames.BATCH_BYTES) - at) / PageRun.PAGE_SIZE);
            ours.read(at, pages);
            theirs.read(at, pages);
            for (int from = 0; from < pages; ) {
                boolean same = ours.hasSameAs(theirs, from);
                int to = from + 1;
                while (to < pages && ours.hasSameAs(theirs, to) == same) {
                    to++;
                }
                add(
                        same ? inherited : own,
                        at + (long) from * PageRun.PAGE_SIZE,
                        at + (long) to * PageRun.PAGE_SIZE,
                        run);
                from = to;
            }
        }
    }

    // A run stays within the mapping that it was found in: a neighbour may be one that the process itself cannot read.
    private static void add(List<PageRun> runs, long start, long end, PageRun within) {
        if (!runs.isEmpty() && runs.getLast().end() == start && start > within.start()) {
            PageRun last = runs.removeLast();
            runs.add(new PageRun(last.start(), (end - last.start()) / PageRun.PAGE_SIZE));
        } else {
            runs.add(new PageRun(start, (end - start) / PageRun.PAGE_SIZE));
        }
    }
}
