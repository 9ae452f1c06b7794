package dev.reprise.engine.rebuild;

import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.image.state.FdTable;
import dev.reprise.image.state.Image;
import java.util.List;

/**
 * The descriptors of a process, made anew by its leader.
 *
 * <p>{@link #create} stands where only inherited descriptors and temporaries are open, before the fs context (relative
 * names of sockets) and before the memory files are finished; {@link #finish} after the credentials: owners
 * of signals and the peers' view of a listening socket are those of who makes the call.
 */
final class FdTableRebuild {
    private final Image image;
    private final FdTable table;
    private final DescriptorOptions options;

    FdTableRebuild(Image image, FdTable table, DescriptorOptions options) {
        this.image = image;
        this.table = table;
        this.options = options;
    }

    /**
     * @param above the lowest number for temporaries: above the table's highest and all that is inherited
     * @param sameClock whether monotonic and boot time go on where they were (same boot, or a time namespace)
     * @param truncate whether files that have grown are cut back
     */
    record DescriptorOptions(InheritedStreams streams, int above, boolean sameClock, boolean truncate) {}

    /** The lowest number that no descriptor of the table has reached. */
    static int above(FdTable table) {
        return table.descriptors().isEmpty() ? 0 : table.descriptors().getLast().number() + 1;
    }

    /** What must be verified before anything is started. */
    List<FileCheck> checks() {
        return List.of();
    }

    /** Adds all open files and descriptors. */
    void create(ProgramBuilder p, MemoryFiles memory) {
        throw new UnsupportedOperationException("" + image + table + options + p + memory);
    }

    /** Adds owners, O_ASYNC, locks; listens again. */
    void finish(ProgramBuilder p) {
        throw new UnsupportedOperationException("" + p);
    }
}
