package dev.reprise.image.codec.v1;

import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.SharedObject;
import dev.reprise.image.state.Twin;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Checks that page data come as the state announces them, but for those that twins hold: each object's runs in order, all of them, none twice. An IllegalArgumentException says where not. */
public final class PageLedger {
    private final Map<ObjectId, Cursor> open = new HashMap<>();

    public PageLedger(Image image) {
        for (SharedObject object : image.objects()) {
            switch (object) {
                case AddressSpace space -> expect(space.id(), space.runs());
                case MemoryObject memory -> expect(memory.id(), memory.runs());
                default -> {}
            }
        }
        for (Twin twin : image.twins()) {
            open.remove(twin.space());
        }
    }

    /** Crosses off a batch. */
    public void accept(Pages pages) {
        Cursor cursor = open.get(pages.object());
        for (PageRun run : pages.runs()) {
            if (cursor == null || !cursor.advance(run)) {
                throw new IllegalArgumentException("object " + pages.object().value() + " does not expect "
                        + run.pages() + " pages at 0x" + Long.toHexString(run.start()));
            }
        }
        if (cursor != null && cursor.atEnd()) {
            open.remove(pages.object());
        }
    }

    /** At the end: nothing may be missing. */
    public void requireComplete() {
        for (ObjectId object : open.keySet()) {
            throw new IllegalArgumentException("page data of object " + object.value() + " are missing");
        }
    }

    private void expect(ObjectId id, List<PageRun> runs) {
        if (!runs.isEmpty()) {
            open.put(id, new Cursor(runs));
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

        boolean atEnd() {
            return run == runs.size();
        }
    }
}
