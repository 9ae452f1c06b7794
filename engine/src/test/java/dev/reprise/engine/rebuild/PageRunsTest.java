package dev.reprise.engine.rebuild;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.image.state.PageRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Against sets of page numbers. */
class PageRunsTest {
    private final Random random = new Random(1);

    @Test
    void isASet() {
        for (int i = 0; i < 2000; i++) {
            List<PageRun> one = runs();
            List<PageRun> other = runs();
            TreeSet<Long> both = pages(one);
            both.retainAll(pages(other));
            TreeSet<Long> without = pages(one);
            without.removeAll(pages(other));
            TreeSet<Long> either = pages(one);
            either.addAll(pages(other));
            assertThat(pages(PageRuns.both(one, other))).isEqualTo(both);
            assertThat(pages(PageRuns.without(one, other))).isEqualTo(without);
            assertThat(pages(PageRuns.either(one, other))).isEqualTo(either);
            long start = random.nextInt(40) * 4096L;
            long end = start + random.nextInt(20) * 4096L;
            assertThat(pages(PageRuns.within(one, start, end)))
                    .isEqualTo(new TreeSet<>(pages(one).subSet(start, end)));
        }
    }

    private List<PageRun> runs() {
        List<PageRun> runs = new ArrayList<>();
        for (long page = random.nextInt(4); page < 40; page += random.nextInt(4)) {
            long pages = 1 + random.nextInt(5);
            runs.add(new PageRun(page * 4096, pages));
            page += pages;
        }
        return runs;
    }

    // Each page once, in ascending order.
    private static TreeSet<Long> pages(List<PageRun> runs) {
        TreeSet<Long> pages = new TreeSet<>();
        for (PageRun run : runs) {
            for (long page = run.start(); page < run.end(); page += 4096) {
                assertThat(pages.isEmpty() || pages.last() < page).isTrue();
                pages.add(page);
            }
        }
        return pages;
    }
}
