package dev.reprise.engine.transport;

import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mman;
import dev.reprise.kernel.ProcessMemory;
import dev.reprise.kernel.RemoteAddress;
import dev.reprise.kernel.RemoteVector;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The pages that a twin holds. */
final class TwinMemory implements AutoCloseable {
    private final RemoteVector vector;
    private final ProcessMemory memory;
    // Mappings that their own process cannot read, by their start: ends.
    private final TreeMap<Long, Long> hidden = new TreeMap<>();

    /** {@code arena} is closed after this. */
    TwinMemory(int pid, AddressSpace space, Arena arena) {
        vector = new RemoteVector(arena);
        memory = new ProcessMemory(pid);
        for (Vma vma : space.vmas()) {
            if ((vma.protection() & Mman.PROT_READ) == 0) {
                hidden.put(vma.start(), vma.end());
            }
        }
    }

    /** Fills {@code into} with the contents of runs, whose length it has. */
    void read(List<PageRun> runs, MemorySegment into) throws KernelException {
        long done = 0;
        vector.clear();
        for (PageRun run : runs) {
            boolean isHidden = isHidden(run.start());
            if (isHidden || !vector.hasRoom()) {
                done = flush(into, done);
            }
            if (isHidden) {
                memory.readHidden(new RemoteAddress(run.start()), into.asSlice(done, run.bytes()));
                done += run.bytes();
            } else {
                vector.add(new RemoteAddress(run.start()), run.bytes());
            }
        }
        flush(into, done);
    }

    private long flush(MemorySegment into, long done) throws KernelException {
        long bytes = vector.bytes();
        if (bytes > 0) {
            memory.read(vector, into.asSlice(done, bytes));
            vector.clear();
        }
        return done + bytes;
    }

    private boolean isHidden(long address) {
        Map.Entry<Long, Long> below = hidden.floorEntry(address);
        return below != null && address < below.getValue();
    }

    @Override
    public void close() {
        memory.close();
    }
}
