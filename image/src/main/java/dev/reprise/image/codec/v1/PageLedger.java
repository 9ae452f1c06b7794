package dev.reprise.image.codec.v1;

import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRepeat;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.SharedObject;
import dev.reprise.image.state.Twin;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Checks that page data come as the state announces them, but for those that twins hold: each object's runs in order, all of them, none twice. An IllegalArgumentException says where not. */
public final class PageLedger {
    private final Map<ObjectId, Cursor> all = new HashMap<>();
    private int open;

    public PageLedger(Image image) {
        for (SharedObject object : image.objects()) {
            switch (object) {
                case AddressSpace space -> expect(space.id(), space.runs());
                case MemoryObject memory -> expect(memory.id(), memory.runs());
                default -> {}
            }
        }
        for (Twin twin : image.twins()) {
            Cursor held = all.remove(twin.space());
            if (held != null) {
                open--;
            }
        }
    }

    /** Crosses off a batch. */
    public void accept(Pages pages) {
        Cursor cursor = all.get(pages.object());
        if (pages.runs().isEmpty()) {
            throw new IllegalArgumentException("a batch of no pages");
        }
        for (PageRun run : pages.runs()) {
            if (cursor == null || !cursor.advance(run)) {
                throw new IllegalArgumentException("object " + pages.object().value() + " does not expect "
                        + run.pages() + " pages at 0x" + Long.toHexString(run.start()));
            }
        }
        if (cursor != null && cursor.atEnd()) {
            open--;
        }
        for (PageRepeat repeat : pages.repeats()) {
            requireBefore(pages.object(), repeat);
        }
    }

    // What is repeated must have come, be it in the same batch.
    private void requireBefore(ObjectId object, PageRepeat repeat) {
        Cursor cursor = all.get(repeat.object());
        long end = repeat.from() + repeat.to().bytes();
        boolean isBefore = cursor != null
                && cursor.hasPassed(repeat.from(), end)
                && (!repeat.object().equals(object) || end <= repeat.to().start());
        if (!isBefore) {
            throw new IllegalArgumentException(
                    "pages at 0x" + Long.toHexString(repeat.to().start()) + " repeat others that have not come");
        }
    }

    /** At the end: nothing may be missing. */
    public void requireComplete() {
        if (open == 0) {
            return;
        }
        all.forEach((object, cursor) -> {
            if (!cursor.atEnd()) {
                throw new IllegalArgumentException("page data of object " + object.value() + " are missing");
            }
        });
    }

    private void expect(ObjectId id, List<PageRun> runs) {
        if (!runs.isEmpty()) {
            all.put(id, new Cursor(runs));
            open++;
        }
    }

    // Where an object's page data have got to.
    private static final class Cursor {
        private final List<PageRun> runs;
        private int run;
        private long pages;

        Cursor(List<PageRun> runs) {
            this.runs = runs;
        }

        boolean advance(PageRun next) {
            if (atEnd()) {
                return false;
            }
            PageRun current = runs.get(run);
            if (next.start() != current.start() + pages * PageRun.PAGE_SIZE || next.pages() > current.pages() - pages) {
                return false;
            }
            pages += next.pages();
            if (pages == current.pages()) {
                run++;
                pages = 0;
            }
            return true;
        }

        /** Whether everything from one address to another has come; part of one run. */
        boolean hasPassed(long start, long end) {
            int low = 0;
            int high = runs.size() - 1;
            while (low < high) {
                int middle = (low + high + 1) >>> 1;
                if (runs.get(middle).start() <= start) {
                    low = middle;
                } else {
                    high = middle - 1;
                }
            }
            PageRun its = runs.get(low);
            long come = low < run ? its.end() : low > run ? its.start() : its.start() + pages * PageRun.PAGE_SIZE;
            return its.start() <= start && end <= come;
        }

        boolean atEnd() {
            return run == runs.size();
        }
    }
}
