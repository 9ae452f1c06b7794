package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.image.state.FdTable;
import dev.reprise.kernel.KernelException;
import java.util.List;

/**
 * The descriptors of a process and everything behind them.
 *
 * <p>{@link #look} before the freeze, {@link #take} in it; {@link #close} when the contents of the memory files are
 * read.
 */
final class DescriptorCapture implements AutoCloseable {
    private final int pid;

    DescriptorCapture(int pid) {
        this.pid = pid;
    }

    /** Everything among the descriptors that cannot be saved; touches nothing. */
    List<Refusal> look() throws KernelException {
        throw new UnsupportedOperationException("descriptors of " + pid);
    }

    /**
     * The table, added to {@code objects} behind all it refers to; everything is frozen.
     *
     * @throws CannotCapture what has changed since {@link #look}
     */
    FdTable take(ObjectTable objects) throws KernelException, CannotCapture {
        throw new UnsupportedOperationException("descriptors of " + pid + objects);
    }

    /** The memory objects that {@link #take} added (memfds that were not known by {@link DeviceInode}), open for reading. */
    List<MemoryFile> memoryFiles() {
        return List.of();
    }

    @Override
    public void close() {}
}
