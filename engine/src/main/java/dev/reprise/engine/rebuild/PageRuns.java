package dev.reprise.engine.rebuild;

import dev.reprise.image.state.PageRun;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Sets of pages as lists of runs: ascending, none over another. Every answer is such a list, too. */
final class PageRuns {
    private PageRuns() {}

    /** The pages of runs in any order, of which none has a page of another. */
    static List<PageRun> of(List<PageRun> runs) {
        return runs.stream().sorted(Comparator.comparingLong(PageRun::start)).toList();
    }

    /** The pages between two addresses, as a set; none where they are one. */
    static List<PageRun> between(long start, long end) {
        return end <= start ? List.of() : List.of(new PageRun(start, (end - start) / PageRun.PAGE_SIZE));
    }

    /** The pages that are in both. */
    static List<PageRun> both(List<PageRun> one, List<PageRun> other) {
        List<PageRun> both = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < one.size() && j < other.size()) {
            PageRun a = one.get(i);
            PageRun b = other.get(j);
            both.addAll(between(Math.max(a.start(), b.start()), Math.min(a.end(), b.end())));
            if (a.end() <= b.end()) {
                i++;
            } else {
                j++;
            }
        }
        return both;
    }

    /** The pages that are in one and not in the other. */
    static List<PageRun> without(List<PageRun> one, List<PageRun> other) {
        List<PageRun> left = new ArrayList<>();
        int j = 0;
        for (PageRun run : one) {
            while (j < other.size() && other.get(j).end() <= run.start()) {
                j++;
            }
            long at = run.start();
            for (int k = j; k < other.size() && other.get(k).start() < run.end(); k++) {
                left.addAll(between(at, other.get(k).start()));
                at = Math.max(at, other.get(k).end());
            }
            left.addAll(between(at, run.end()));
        }
        return left;
    }

    /** The pages that are in either. */
    static List<PageRun> either(List<PageRun> one, List<PageRun> other) {
        List<PageRun> all = new ArrayList<>(one);
        all.addAll(without(/* one= */ other, /* other= */ one));
        return of(all);
    }

    /** The pages from the first behind {@code start} on that lie before {@code end}. */
    static List<PageRun> within(List<PageRun> runs, long start, long end) {
        int from = 0;
        int to = runs.size();
        while (from < to) { // the first run that ends behind start
            int middle = (from + to) >>> 1;
            if (runs.get(middle).end() <= start) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        int last = from;
        while (last < runs.size() && runs.get(last).start() < end) {
            last++;
        }
        return both(runs.subList(from, last), between(start, end));
    }
}
