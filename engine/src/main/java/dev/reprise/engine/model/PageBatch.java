package dev.reprise.engine.model;

import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import java.util.ArrayList;
import java.util.List;

/** Pages of one object (an AddressSpace or a MemoryObject) whose contents lie one after the other from {@code position} in an image file. */
public record PageBatch(ObjectId object, List<PageRun> runs, long position) {
    /** The most that one batch may hold. */
    public static final long MAX_BYTES = 64L << 20;

    public PageBatch {
        runs = List.copyOf(runs);
    }

    /** The length of all runs in bytes. */
    public long bytes() {
        long bytes = 0;
        for (PageRun run : runs) {
            bytes += run.bytes();
        }
        return bytes;
    }

    /** Cuts runs into lists of at most {@code maxBytes} (a multiple of the page size) each. */
    public static List<List<PageRun>> cut(List<PageRun> runs, long maxBytes) {
        List<List<PageRun>> batches = new ArrayList<>();
        List<PageRun> batch = new ArrayList<>();
        long room = maxBytes / PageRun.PAGE_SIZE;
        for (PageRun run : runs) {
            long start = run.start();
            long left = run.pages();
            while (left > 0) {
                long pages = Math.min(left, room);
                batch.add(new PageRun(start, pages));
                start += pages * PageRun.PAGE_SIZE;
                left -= pages;
                room -= pages;
                if (room == 0) {
                    batches.add(batch);
                    batch = new ArrayList<>();
                    room = maxBytes / PageRun.PAGE_SIZE;
                }
            }
        }
        if (!batch.isEmpty()) {
            batches.add(batch);
        }
        return batches;
    }
}
