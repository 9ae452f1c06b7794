package dev.reprise.engine.rebuild;

import dev.reprise.engine.model.PageBatch;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import java.util.ArrayList;
import java.util.List;

/** Pieces of batches, put together again where they lie one behind the other in the file: each is one call. */
final class BatchPieces {
    private final List<PageBatch> done = new ArrayList<>();
    private final List<PageRun> runs = new ArrayList<>();
    private ObjectId object = ObjectId.NONE;
    private long start;
    private long bytes;

    /** Adds a run whose contents lie at a position of the file. */
    void add(ObjectId owner, PageRun run, long position) {
        if (!owner.equals(object) || position != start + bytes || bytes + run.bytes() > PageBatch.MAX_BYTES) {
            flush();
            object = owner;
            start = position;
        }
        runs.add(run);
        bytes += run.bytes();
    }

    /** All, in the order in which they were added. */
    List<PageBatch> all() {
        flush();
        return List.copyOf(done);
    }

    private void flush() {
        if (!runs.isEmpty()) {
            done.add(new PageBatch(object, runs, start));
        }
        runs.clear();
        bytes = 0;
    }
}
