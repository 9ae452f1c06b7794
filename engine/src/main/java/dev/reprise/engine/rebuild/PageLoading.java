package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_preadv;

import dev.reprise.engine.model.PageBatch;
import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import java.util.ArrayList;
import java.util.List;

/** Contents out of an image file: read by the restored tasks themselves, each its share. Pure. */
final class PageLoading {
    private static final int MAX_VECTORS = 1024;
    /** What one loader reads before the next one's share begins: small enough for all to end at about the same time. */
    private static final long PIECE = 8L << 20;

    private final AddressSpaceRebuild places;

    PageLoading(AddressSpaceRebuild places) {
        this.places = places;
    }

    /** Whether it is worth more than one loader, where several processes load at once. */
    static boolean isLarge(List<PageBatch> batches) {
        long bytes = 0;
        for (PageBatch batch : batches) {
            bytes += batch.bytes();
        }
        return bytes > 2 * PIECE;
    }

    /** Cuts batches into pieces and deals them out to {@code loaders}, evenly. */
    static List<List<PageBatch>> share(List<PageBatch> batches, int loaders) {
        List<List<PageBatch>> shares = new ArrayList<>();
        for (int i = 0; i < loaders; i++) {
            shares.add(new ArrayList<>());
        }
        int next = 0;
        for (PageBatch batch : batches) {
            long position = batch.position();
            for (List<PageRun> runs : PageBatch.cut(batch.runs(), PIECE)) {
                PageBatch piece = new PageBatch(batch.object(), runs, position);
                position += piece.bytes();
                shares.get(next++ % loaders).add(piece);
            }
        }
        return shares;
    }

    /** Adds the reading of a batch from the descriptor {@code file}; the program stops where the file is too short. */
    void add(ProgramBuilder p, Arg file, PageBatch batch) {
        long position = batch.position();
        List<PageRun> runs = batch.runs();
        for (int from = 0; from < runs.size(); from += MAX_VECTORS) {
            List<PageRun> part = runs.subList(from, Math.min(runs.size(), from + MAX_VECTORS));
            position += add(p, file, batch.object(), part, position);
        }
    }

    private long add(ProgramBuilder p, Arg file, ObjectId object, List<PageRun> runs, long position) {
        long[] vectors = new long[2 * runs.size()];
        long bytes = 0;
        for (int i = 0; i < runs.size(); i++) {
            vectors[2 * i] = places.place(object, runs.get(i).start()).value();
            vectors[2 * i + 1] = runs.get(i).bytes();
            bytes += runs.get(i).bytes();
        }
        Slot iovecs = p.longs(vectors);
        p.expect(bytes, SYS_preadv, file, iovecs, Arg.of(runs.size()), Arg.of(position), Arg.of(0))
                .about("the image, " + bytes + " bytes at " + position);
        return bytes;
    }
}
