package dev.reprise.image.state;

import java.util.ArrayList;
import java.util.List;

/**
 * Pages with the contents of others that have come before.
 *
 * @param to the pages
 * @param object whose the others are
 * @param from where the others begin in that object: an address or an offset
 */
public record PageRepeat(PageRun to, ObjectId object, long from) {
    public PageRepeat {
        if ((from & (PageRun.PAGE_SIZE - 1)) != 0 || from < 0 || from > Long.MAX_VALUE - to.bytes()) {
            throw new IllegalArgumentException("pages repeated from 0x" + Long.toHexString(from));
        }
    }

    /**
     * What is left of runs without those that repeat others.
     *
     * @throws IllegalArgumentException some are no part of one of the runs, or not in order
     */
    public static List<PageRun> stored(List<PageRun> runs, List<PageRepeat> repeats) {
        if (repeats.isEmpty()) {
            return runs;
        }
        List<PageRun> stored = new ArrayList<>();
        int next = 0;
        for (PageRun run : runs) {
            long at = run.start();
            while (next < repeats.size() && repeats.get(next).to().start() < run.end()) {
                PageRun to = repeats.get(next++).to();
                if (to.start() < at || to.end() > run.end()) {
                    throw new IllegalArgumentException("a repeat is no part of a run");
                }
                add(stored, at, to.start());
                at = to.end();
            }
            add(stored, at, run.end());
        }
        if (next < repeats.size()) {
            throw new IllegalArgumentException("a repeat is no part of a run");
        }
        return stored;
    }

    private static void add(List<PageRun> runs, long start, long end) {
        if (end > start) {
            runs.add(new PageRun(start, (end - start) / PageRun.PAGE_SIZE));
        }
    }
}
