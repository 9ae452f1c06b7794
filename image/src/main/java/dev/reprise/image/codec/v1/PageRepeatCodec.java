package dev.reprise.image.codec.v1;

import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRepeat;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.wire.MalformedException;
import java.util.ArrayList;
import java.util.List;

/** Repeated pages in fours {pages skipped since the end of the repeat before, pages of this one, object and page that they repeat}; pages.proto. */
final class PageRepeatCodec {
    private static final int FIELDS = 4;

    private PageRepeatCodec() {}

    static long[] write(List<PageRepeat> repeats) {
        long[] fours = new long[FIELDS * repeats.size()];
        long end = 0;
        int i = 0;
        for (PageRepeat repeat : repeats) {
            PageRun to = repeat.to();
            if (to.start() < end) {
                throw new IllegalArgumentException("repeats must ascend: " + repeat);
            }
            fours[i++] = (to.start() - end) / PageRun.PAGE_SIZE;
            fours[i++] = to.pages();
            fours[i++] = repeat.object().value();
            fours[i++] = repeat.from() / PageRun.PAGE_SIZE;
            end = to.end();
        }
        return fours;
    }

    static List<PageRepeat> read(long[] fours) throws MalformedException {
        if (fours.length % FIELDS != 0) {
            throw new MalformedException("repeats come in fours");
        }
        long limit = Long.MAX_VALUE / PageRun.PAGE_SIZE;
        List<PageRepeat> repeats = new ArrayList<>(fours.length / FIELDS);
        long page = 0;
        for (int i = 0; i < fours.length; i += FIELDS) {
            long skipped = fours[i];
            long pages = fours[i + 1];
            long object = fours[i + 2];
            long from = fours[i + 3];
            if (skipped < 0
                    || skipped > limit - page
                    || pages <= 0
                    || pages > limit - page - skipped
                    || object <= 0
                    || object > Integer.MAX_VALUE
                    || from < 0
                    || from > limit - pages) {
                throw new MalformedException("a repeat lies outside the address space");
            }
            PageRun to = new PageRun((page + skipped) * PageRun.PAGE_SIZE, pages);
            repeats.add(new PageRepeat(to, new ObjectId((int) object), from * PageRun.PAGE_SIZE));
            page += skipped + pages;
        }
        return repeats;
    }
}
