package dev.reprise.engine.rebuild;

import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.SharedObject;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.ProcessMemory;
import dev.reprise.kernel.RemoteAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Pages that a process still had in common with its parent and could not be born with: copied, when the parent has them. */
final class InheritedPages {
    private static final long PIECE = 4L << 20;

    private InheritedPages() {}

    /** Copies all; an address space stands behind that from which it has inherited. */
    static void copy(Image image, ForkedMemory forked, RestorePlanner planner, SeedForest forest)
            throws KernelException {
        for (SharedObject object : image.objects()) {
            if (object instanceof AddressSpace space
                    && !forked.of(space).copied().isEmpty()) {
                try (ProcessMemory from = memory(space.parent(), planner, forest);
                        ProcessMemory to = memory(space.id(), planner, forest);
                        Arena arena = Arena.ofConfined()) {
                    MemorySegment buffer = arena.allocate(PIECE);
                    for (PageRun run : forked.of(space).copied()) {
                        copy(run, from, to, buffer);
                    }
                }
            }
        }
    }

    private static ProcessMemory memory(ObjectId space, RestorePlanner planner, SeedForest forest) {
        return new ProcessMemory(forest.pidOf(planner.processOf(space).member()));
    }

    private static void copy(PageRun run, ProcessMemory from, ProcessMemory to, MemorySegment buffer)
            throws KernelException {
        for (long at = run.start(); at < run.end(); at += PIECE) {
            MemorySegment piece = buffer.asSlice(0, Math.min(PIECE, run.end() - at));
            from.read(new RemoteAddress(at), piece);
            to.write(new RemoteAddress(at), piece);
        }
    }
}
