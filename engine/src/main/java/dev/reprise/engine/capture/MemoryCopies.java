package dev.reprise.engine.capture;

import dev.reprise.engine.model.CopyOnWrite;
import dev.reprise.engine.model.PageSink;
import dev.reprise.engine.tracee.MemoryCopy;
import dev.reprise.engine.tracee.Takeover;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.VmFlag;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.ProcStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The memory of processes that run on, copied on write in the freeze and written after it
 * (docs/decisions/0008-copy-on-write.md).
 */
final class MemoryCopies {
    /** What is written in the time that a copy and its end take. */
    private static final long WORTH_COPYING = 4 << 20;
    /** Ranges that a child of the process does not have, or does not have for good. */
    private static final Set<VmFlag> NOT_INHERITED =
            Set.of(VmFlag.DONT_FORK, VmFlag.WIPE_ON_FORK, VmFlag.DROPPABLE, VmFlag.HUGETLB);

    private final CopyOnWrite when;
    private final List<Copied> copies = new ArrayList<>();

    private record Copied(AddressSpace space, MemoryCopy copy) {}

    /** None yet. {@code when}: NEVER where the processes do not run on. */
    MemoryCopies(CopyOnWrite when) {
        this.when = when;
    }

    /**
     * Whether nobody in a set would see the children that copies are: an orphan goes to a subreaper or to the first
     * process of its namespace, and filters judge their calls.
     */
    static boolean areInvisibleTo(List<FrozenProcess> processes) throws KernelException {
        for (FrozenProcess process : processes) {
            int pid = process.member().pid();
            int tid = process.member().tid();
            if (process.process().childSubreaper()
                    || IdLevel.of(tid).index() > 0
                    || ProcStatus.of(pid, tid).seccomp() != 0) {
                return false;
            }
        }
        return true;
    }

    /** Copies an address space; false when it is to be written in the freeze. */
    boolean take(AddressSpace space, Takeover takeover) throws KernelException {
        if (!isWorth(space) || !isInherited(space)) {
            return false;
        }
        MemoryCopy copy = MemoryCopy.of(takeover);
        if (copy != null) {
            copies.add(new Copied(space, copy));
        }
        return copy != null;
    }

    private boolean isWorth(AddressSpace space) {
        long bytes = 0;
        for (PageRun run : space.runs()) {
            bytes += run.bytes();
        }
        return switch (when) {
            case WHERE_WORTH -> bytes >= WORTH_COPYING;
            case ALWAYS -> bytes > 0;
            case NEVER -> false;
        };
    }

    private static boolean isInherited(AddressSpace space) {
        int run = 0;
        for (Vma vma : space.vmas()) {
            while (run < space.runs().size() && space.runs().get(run).end() <= vma.start()) {
                run++;
            }
            boolean hasPages =
                    run < space.runs().size() && space.runs().get(run).start() < vma.end();
            if (hasPages && NOT_INHERITED.stream().anyMatch(vma::has)) {
                return false;
            }
        }
        return true;
    }

    /** Writes all of them; the processes run already. */
    void write(PageSink sink) throws KernelException, IOException {
        for (Copied one : copies) {
            new PageOutput(one.copy.pid(), one.copy, sink).write(one.space);
        }
    }

    /** Ends them. */
    void close() {
        copies.forEach(one -> one.copy.close());
        copies.clear();
    }
}
