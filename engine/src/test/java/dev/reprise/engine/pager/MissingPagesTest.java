package dev.reprise.engine.pager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.engine.pager.MissingPages.Extent;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MissingPagesTest {
    private static final long PAGE = 4096;
    private static final int PAGES = 64;

    private static Extent extent(long page, long pages, long position) {
        return new Extent(page * PAGE, pages * PAGE, position * PAGE);
    }

    @Test
    void whatIsMovedKeepsItsContents() {
        MissingPages missing = new MissingPages();
        missing.add(extent(10, 10, 100));
        missing.move(12 * PAGE, 40 * PAGE, 3 * PAGE);
        assertThat(missing.at(41 * PAGE)).isEqualTo(extent(40, 3, 102));
        assertThat(missing.at(12 * PAGE)).isNull();
        assertThat(missing.at(15 * PAGE)).isEqualTo(extent(15, 5, 105));
        assertThat(missing.at(11 * PAGE)).isEqualTo(extent(10, 2, 100));
    }

    @Test
    void aChildMissesWhatItsParentDidAtItsBirth() {
        MissingPages parent = new MissingPages();
        parent.add(extent(1, 4, 7));
        MissingPages child = new MissingPages(parent);
        parent.forget(PAGE, 5 * PAGE);
        assertThat(parent.isEmpty()).isTrue();
        assertThat(child.first()).isEqualTo(extent(1, 4, 7));
    }

    // Against one entry a page.
    @Test
    void isAsIfEachPageWereKnownByItself() {
        Random random = new Random(1);
        for (int round = 0; round < 200; round++) {
            MissingPages missing = new MissingPages();
            Map<Long, Long> model = new HashMap<>();
            for (long page = 0; page < PAGES; ) {
                long pages = Math.min(1 + random.nextInt(9), PAGES - page);
                if (random.nextBoolean()) {
                    missing.add(extent(page, pages, 1000 + page));
                    for (long i = page; i < page + pages; i++) {
                        model.put(i, 1000 + i);
                    }
                }
                page += pages;
            }
            for (int step = 0; step < 30; step++) {
                change(random, missing, model);
                for (long page = 0; page < 3 * PAGES; page++) {
                    Extent at = missing.at(page * PAGE + 5);
                    Long position = at == null ? null : (at.position() + page * PAGE - at.start()) / PAGE;
                    assertThat(position).isEqualTo(model.get(page));
                }
                assertThat(missing.bytes()).isEqualTo(model.size() * PAGE);
            }
        }
    }

    private static void change(Random random, MissingPages missing, Map<Long, Long> model) {
        long from = random.nextInt(2 * PAGES);
        long pages = 1 + random.nextInt(12);
        if (random.nextBoolean()) {
            missing.forget(from * PAGE, (from + pages) * PAGE);
            for (long i = from; i < from + pages; i++) {
                model.remove(i);
            }
            return;
        }
        long to = from + pages + random.nextInt(PAGES - 24);
        missing.move(from * PAGE, to * PAGE, pages * PAGE);
        for (long i = 0; i < pages; i++) {
            Long moved = model.remove(from + i);
            model.remove(to + i);
            if (moved != null) {
                model.put(to + i, moved);
            }
        }
    }
}
