package dev.reprise.engine.rebuild;

import dev.reprise.engine.model.PageSource;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRepeat;
import dev.reprise.image.state.PageRun;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.ProcessMemory;
import dev.reprise.kernel.RemoteAddress;
import dev.reprise.kernel.RemoteVector;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Contents out of a stream: written into the restored processes from outside, in the order in which they come. */
final class PageDelivery implements AutoCloseable {
    private final Targets targets;
    private final Map<Integer, ProcessMemory> memories = new HashMap<>();
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment page = arena.allocate(PageRun.PAGE_SIZE);
    private final RemoteVector vector = new RemoteVector(arena);

    /** Where the contents of objects go. */
    interface Targets {
        /** The process, whose leader has run {@link AddressSpaceRebuild#map}, as we see it. */
        int pidOf(ObjectId object);

        /** The place in it. */
        RemoteAddress place(ObjectId object, long start);
    }

    PageDelivery(Targets targets) {
        this.targets = targets;
    }

    private ProcessMemory memoryOf(ObjectId object) {
        return memories.computeIfAbsent(targets.pidOf(object), ProcessMemory::new);
    }

    /** Delivers one run. */
    void accept(ObjectId object, PageRun run, MemorySegment data) throws KernelException {
        memoryOf(object).write(targets.place(object, run.start()), data);
    }

    /** Delivers what a chunk has itself. */
    void accept(PageSource.Chunk chunk) throws KernelException {
        if (chunk.data().byteSize() > 0) {
            accept(chunk.object(), chunk.stored(), chunk.data());
        }
    }

    /** Delivers what a chunk repeats, all of which has been delivered: out of the memory where it is. */
    void repeat(PageSource.Chunk chunk) throws KernelException {
        for (PageRepeat repeat : chunk.repeats()) {
            PageRun to = repeat.to();
            for (long done = 0; done < to.bytes(); done += PageRun.PAGE_SIZE) {
                memoryOf(repeat.object()).read(targets.place(repeat.object(), repeat.from() + done), page);
                memoryOf(chunk.object()).write(targets.place(chunk.object(), to.start() + done), page);
            }
        }
    }

    /** Delivers several runs, whose contents stand one behind the other. */
    void accept(ObjectId object, List<PageRun> runs, MemorySegment data) throws KernelException {
        long at = 0;
        vector.clear();
        for (PageRun run : runs) {
            if (!vector.hasRoom()) {
                at = flush(object, data, at);
            }
            vector.add(targets.place(object, run.start()), run.bytes());
        }
        if (vector.size() > 0) {
            flush(object, data, at);
        }
    }

    private long flush(ObjectId object, MemorySegment data, long at) throws KernelException {
        long bytes = vector.bytes();
        memoryOf(object).write(vector, data.asSlice(at, bytes));
        vector.clear();
        return at + bytes;
    }

    @Override
    public void close() {
        memories.values().forEach(ProcessMemory::close);
        arena.close();
    }
}
