package dev.reprise.engine.capture;

import dev.reprise.engine.model.Bounds;
import dev.reprise.engine.model.CopyOnWrite;
import dev.reprise.engine.model.PageSink;
import dev.reprise.engine.model.Progress;
import dev.reprise.engine.model.Refusal;
import dev.reprise.engine.tracee.CopyRanges;
import dev.reprise.engine.tracee.MemoryCopy;
import dev.reprise.engine.tracee.Takeover;
import dev.reprise.engine.tracee.TwinMark;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.SharedObject;
import dev.reprise.image.state.Twin;
import dev.reprise.image.state.Userfaultfd;
import dev.reprise.image.state.VmFlag;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.NamespaceNumber;
import dev.reprise.kernel.ProcStat;
import dev.reprise.kernel.ProcStatus;
import dev.reprise.kernel.Uffd;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The memory of processes that run on, copied on write in the freeze and written after it
 * (docs/decisions/0008-copy-on-write.md), or kept as it is (0019-twins.md).
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
     *
     * @throws CannotCapture somebody would, and they are to stay
     */
    boolean areInvisibleTo(List<FrozenProcess> processes) throws KernelException, CannotCapture {
        List<Refusal> refusals = new ArrayList<>(0);
        for (FrozenProcess process : processes) {
            int pid = process.member().pid();
            int tid = process.member().tid();
            if (pid == 1) { // of our own namespace
                refusals.add(noTwin("first process", pid, "every orphan becomes its child, so it would see the twins"));
            } else if (process.process().childSubreaper()) {
                refusals.add(noTwin("child subreaper", pid, "the twins would become its children"));
            } else if (IdLevel.of(tid).index() > 0) {
                refusals.add(noTwin("pid namespace", pid, "the twins would live, and end, with its namespace"));
            } else if (ProcStatus.of(pid, process.takeover().host().tid()).seccomp() != 0) {
                refusals.add(noTwin("seccomp filter", pid, "the filter would judge what the twins do"));
            } else if (isKept() && process.takeover().segment().residence().isForeign()) {
                refusals.add(noTwin(
                        "ipc namespace", pid, "the twins would stay in it, in the way of every later checkpoint"));
            }
        }
        if (isKept() && !refusals.isEmpty()) {
            throw new CannotCapture(refusals);
        }
        return refusals.isEmpty();
    }

    private static Refusal noTwin(String resource, int pid, String reason) {
        return new Refusal(resource, "process " + pid, reason, "checkpoint without --twin");
    }

    /** Whether they are to stay. */
    boolean isKept() {
        return when == CopyOnWrite.KEPT;
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
        MemoryCopy copy = isKept() ? MemoryCopy.toBeKept(takeover, ranges) : MemoryCopy.of(takeover, ranges);
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
            case ALWAYS, KEPT -> bytes > 0;
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

    /** An image that says who holds what of it. */
    Image namedIn(Image image) throws KernelException {
        if (!isKept() || copies.isEmpty()) {
            return image;
        }
        int last = 0;
        for (SharedObject object : image.objects()) {
            last = Math.max(last, object.id().value());
        }
        long namespace = NamespaceNumber.ofOwnPids();
        List<SharedObject> objects = new ArrayList<>(image.objects());
        for (Copied one : copies) {
            int pid = one.copy.pid();
            TwinMark mark = one.copy.mark();
            objects.add(new Twin(
                    new ObjectId(++last),
                    one.space.id(),
                    pid,
                    ProcStat.of(pid).startTicks(),
                    namespace,
                    mark.word(),
                    mark.mark()));
        }
        return image.with(objects);
    }

    /** The bytes that they hold. */
    long bytes() {
        long bytes = 0;
        for (Copied one : copies) {
            for (PageRun run : one.space.runs()) {
                bytes += run.bytes();
            }
        }
        return bytes;
    }

    /** Those that are to stay do so from now on, should we die; {@link #close} still ends them. */
    void keep() {
        copies.forEach(one -> one.copy.keep());
    }

    /** They are somebody else's. */
    void letGo() {
        copies.forEach(one -> one.copy.letGo());
        copies.clear();
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
