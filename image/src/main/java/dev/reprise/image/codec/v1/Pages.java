package dev.reprise.image.codec.v1;

import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import java.util.List;

/** A batch of an object's pages whose contents follow. */
public record Pages(ObjectId object, List<PageRun> runs) {
    public Pages {
        runs = List.copyOf(runs);
    }

    /** The number of bytes of all runs. */
    public long bytes() {
        long bytes = 0;
        for (PageRun run : runs) {
            bytes = Math.addExact(bytes, run.bytes());
        }
        return bytes;
    }
}
