package dev.reprise.engine.transport;

import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRepeat;
import dev.reprise.image.state.PageRun;
import java.util.ArrayList;
import java.util.List;

/**
 * The pages that an image has so far, as far as a table of 22 MiB remembers them: half a million, the oldest of each row gives way. So what is
 * found depends on the pages and their order alone.
 */
final class SeenPages {
    private static final int ROWS = 1 << 17;
    private static final int WAYS = 4;

    // Of a page: its key, object (0: none), and number there.
    private final long[] keys = new long[ROWS * WAYS * PageKeys.LONGS];
    private final int[] objects = new int[ROWS * WAYS];
    private final long[] numbers = new long[ROWS * WAYS];
    // The place in each row that gives way next.
    private final byte[] next = new byte[ROWS];

    /** Those of an object's pages that repeat others, or one before in these runs; the rest is remembered. */
    List<PageRepeat> repeats(ObjectId object, List<PageRun> runs, PageKeys pages) {
        List<PageRepeat> repeats = new ArrayList<>();
        int index = 0;
        for (PageRun run : runs) {
            for (long at = run.start(); at < run.end(); at += PageRun.PAGE_SIZE, index++) {
                int place = find(pages, index);
                if (place < 0) {
                    remember(pages, index, object, at / PageRun.PAGE_SIZE);
                } else {
                    long from = numbers[place] * PageRun.PAGE_SIZE;
                    repeats.add(new PageRepeat(new PageRun(at, 1), new ObjectId(objects[place]), from));
                }
            }
        }
        return repeats;
    }

    private int find(PageKeys pages, int index) {
        int row = pages.row(index) & (ROWS - 1);
        for (int place = row * WAYS; place < (row + 1) * WAYS; place++) {
            if (objects[place] != 0 && pages.isAt(index, keys, place * PageKeys.LONGS)) {
                return place;
            }
        }
        return -1;
    }

    private void remember(PageKeys pages, int index, ObjectId object, long number) {
        int row = pages.row(index) & (ROWS - 1);
        int place = row * WAYS + next[row];
        next[row] = (byte) ((next[row] + 1) % WAYS);
        pages.copy(index, keys, place * PageKeys.LONGS);
        objects[place] = object.value();
        numbers[place] = number;
    }
}
