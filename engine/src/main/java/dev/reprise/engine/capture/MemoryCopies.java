package dev.reprise.engine.capture;

import dev.reprise.engine.model.Bounds;
import dev.reprise.engine.model.CopyOnWrite;
import dev.reprise.engine.model.PageSink;
import dev.reprise.engine.model.Progress;
import dev.reprise.engine.tracee.CopyRanges;
import dev.reprise.engine.tracee.MemoryCopy;
import dev.reprise.engine.tracee.Takeover;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.Userfaultfd;
import dev.reprise.image.state.VmFlag;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.ProcStatus;
import dev.reprise.kernel.Uffd;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The memory of processes that run on, copied on write in the freeze and written after it
 * (docs/decisions/0008-copy-on-write.md).
 */
final class MemoryCopies {
    /** What is written in the time that a copy and its end take. */
    private static final long WORTH_COPYING = 4 << 20;
    /** What one program of a host has room for. */
    private static final int MAX_CALLS = 8192;

    private final CopyOnWrite when;
    private final Bounds bounds;
    private final List<Copied> copies = new ArrayList<>();

    private record Copied(AddressSpace space, MemoryCopy copy) {}

    /** None yet. {@code when}: NEVER where the processes do not run on. */
    MemoryCopies(CopyOnWrite when, Bounds bounds) {
        this.when = when;
        this.bounds = bounds;
    }

    /**
     * Whether nobody in a set would see the children that copies are: an orphan goes to a subreaper or to the first
     * process of its namespace, and filters judge their calls.
     */
    static boolean areInvisibleTo(List<FrozenProcess> processes) throws KernelException {
        for (FrozenProcess process : processes) {
            int pid = process.member().pid();
            int tid = process.member().tid();
            if (pid == 1 // the first process of our own namespace
                    || process.process().childSubreaper()
                    || IdLevel.of(tid).index() > 0
                    || ProcStatus.of(pid, tid).seccomp() != 0) {
                return false;
            }
        }
        return true;
    }

    /** Copies an address space; false when it is to be written in the freeze. */
    boolean take(AddressSpace space, Image image, Takeover takeover) throws KernelException {
        if (!isWorth(space) || hasHugetlb(space) || isForkAwaited(space, image)) {
            return false;
        }
        CopyRanges ranges = ranges(space);
        if (ranges.calls() > MAX_CALLS) {
            return false;
        }
        MemoryCopy copy = MemoryCopy.of(takeover, ranges);
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

    // A page that the program writes while there is a copy takes a second huge page; the last ones are the copy's.
    private static boolean hasHugetlb(AddressSpace space) {
        return space.vmas().stream().anyMatch(vma -> !vma.shared() && vma.has(VmFlag.HUGETLB));
    }

    // A fork waits until the event of it has been read (UFFD_FEATURE_EVENT_FORK).
    private static boolean isForkAwaited(AddressSpace space, Image image) {
        return image.objects().stream()
                .anyMatch(object -> object instanceof Userfaultfd faults
                        && (faults.features() & Uffd.UFFD_FEATURE_EVENT_FORK) != 0
                        && faults.space().equals(space.id()));
    }

    private static CopyRanges ranges(AddressSpace space) {
        List<CopyRanges.Advised> advised = new ArrayList<>();
        List<CopyRanges.Range> left = new ArrayList<>();
        for (Vma vma : space.vmas()) {
            CopyRanges.Range range = new CopyRanges.Range(vma.start(), vma.end());
            if (vma.shared()) {
                left.add(range);
            } else if (!vma.has(VmFlag.DROPPABLE)) { // which nobody counts on
                if (vma.has(VmFlag.DONT_FORK)) {
                    advised.add(new CopyRanges.Advised(range, false));
                }
                if (vma.has(VmFlag.WIPE_ON_FORK)) {
                    advised.add(new CopyRanges.Advised(range, true));
                }
            }
        }
        return new CopyRanges(advised, left);
    }

    /**
     * Writes all of them; the processes run already. What they have paid for it: the bytes of memory that they have written to
     * meanwhile, of which the kernel had to make copies for them.
     */
    long write(PageSink sink, Progress progress, PageCount count) throws KernelException, IOException {
        List<MemoryCopy> all = copies.stream().map(Copied::copy).toList();
        try (GrowthWatch watch = GrowthWatch.over(all, bounds.maxGrowthBytes(), progress)) {
            Pace pace = count.over(RatedPace.of(bounds.bytesPerSecond(), watch));
            try {
                for (Copied one : copies) {
                    new PageOutput(one.copy.pid(), one.copy, sink, pace).write(one.space);
                }
                return GrowthWatch.ownBytes(all);
            } finally {
                watch.require(); // of a copy that has ended nothing can be written: that is no news then
            }
        }
    }

    /** Ends them. */
    void close() {
        copies.forEach(one -> one.copy.close());
        copies.clear();
    }
}
