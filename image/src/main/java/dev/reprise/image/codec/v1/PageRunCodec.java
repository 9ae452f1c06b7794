package dev.reprise.image.codec.v1;

import dev.reprise.image.state.PageRun;
import dev.reprise.image.wire.MalformedException;
import java.util.ArrayList;
import java.util.List;

/** Page runs as pairs {pages skipped since the end of the run before, pages of this run}; runs.proto. */
final class PageRunCodec {
    private PageRunCodec() {}

    static long[] write(List<PageRun> runs) {
        long[] pairs = new long[2 * runs.size()];
        long end = 0;
        int i = 0;
        for (PageRun run : runs) {
            if (Long.compareUnsigned(run.start(), end) < 0) {
                throw new IllegalArgumentException("page runs must ascend: " + run);
            }
            pairs[i++] = (run.start() - end) >>> 12;
            pairs[i++] = run.pages();
            end = run.end();
        }
        return pairs;
    }

    static List<PageRun> read(long[] pairs) throws MalformedException {
        if (pairs.length % 2 != 0) {
            throw new MalformedException("page runs come in pairs");
        }
        // Half the address space is more than any architecture has, and keeps every sum below positive.
        long limit = Long.MAX_VALUE / PageRun.PAGE_SIZE;
        List<PageRun> runs = new ArrayList<>(pairs.length / 2);
        long page = 0;
        for (int i = 0; i < pairs.length; i += 2) {
            long skipped = pairs[i];
            long pages = pairs[i + 1];
            if (skipped < 0 || skipped > limit - page || pages <= 0 || pages > limit - page - skipped) {
                throw new MalformedException("a page run lies outside the address space");
            }
            runs.add(new PageRun((page + skipped) * PageRun.PAGE_SIZE, pages));
            page += skipped + pages;
        }
        return runs;
    }
}
