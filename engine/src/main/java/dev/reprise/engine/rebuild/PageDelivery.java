package dev.reprise.engine.rebuild;

import dev.reprise.engine.model.PageSource;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.ProcessMemory;
import dev.reprise.kernel.RemoteVector;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Contents out of a stream: written into the restored process from outside, in the order in which they come. */
final class PageDelivery implements AutoCloseable {
    private final AddressSpaceRebuild places;
    private final ProcessMemory memory;
    private final Arena arena = Arena.ofConfined();
    private final RemoteVector vector = new RemoteVector(arena);

    /** {@code pid}: the process whose leader has run {@link AddressSpaceRebuild#map}. */
    PageDelivery(AddressSpaceRebuild places, int pid) {
        this.places = places;
        this.memory = new ProcessMemory(pid);
    }

    /** Delivers everything that a source has; returns when its end is verified. */
    void all(PageSource.Streamed source) throws IOException, KernelException {
        for (PageSource.Chunk chunk = source.next(); chunk != null; chunk = source.next()) {
            accept(chunk.object(), chunk.runs(), chunk.data());
        }
    }

    /** Delivers one run. */
    void accept(ObjectId object, PageRun run, MemorySegment data) throws KernelException {
        memory.write(places.place(object, run.start()), data);
    }

    /** Delivers several runs, whose contents stand one behind the other. */
    void accept(ObjectId object, List<PageRun> runs, MemorySegment data) throws KernelException {
        long at = 0;
        vector.clear();
        for (PageRun run : runs) {
            if (!vector.hasRoom()) {
                at = flush(data, at);
            }
            vector.add(places.place(object, run.start()), run.bytes());
        }
        if (vector.size() > 0) {
            flush(data, at);
        }
    }

    private long flush(MemorySegment data, long at) throws KernelException {
        long bytes = vector.bytes();
        memory.write(vector, data.asSlice(at, bytes));
        vector.clear();
        return at + bytes;
    }

    @Override
    public void close() {
        memory.close();
        arena.close();
    }
}
