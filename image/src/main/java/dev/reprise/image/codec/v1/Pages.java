package dev.reprise.image.codec.v1;

import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRepeat;
import dev.reprise.image.state.PageRun;
import java.util.List;

/** A batch of an object's pages; the contents follow of those that do not repeat others. */
public record Pages(ObjectId object, List<PageRun> runs, List<PageRepeat> repeats) {
    /** The most pages of a batch with repeats: a reader has them all at once. */
    public static final int MOST_WITH_REPEATS = 256;

    public Pages {
        runs = List.copyOf(runs);
        repeats = List.copyOf(repeats);
    }

    /** A batch whose pages all follow. */
    public Pages(ObjectId object, List<PageRun> runs) {
        this(object, runs, List.of());
    }

    /** The pages whose contents follow. */
    public List<PageRun> stored() {
        return PageRepeat.stored(runs, repeats);
    }

    /** The number of bytes of all runs. */
    public long bytes() {
        return bytes(runs);
    }

    /** The number of bytes that follow. */
    public long storedBytes() {
        return bytes(stored());
    }

    private static long bytes(List<PageRun> runs) {
        long bytes = 0;
        for (PageRun run : runs) {
            bytes = Math.addExact(bytes, run.bytes());
        }
        return bytes;
    }
}
