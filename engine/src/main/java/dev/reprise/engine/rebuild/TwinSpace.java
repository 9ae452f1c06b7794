package dev.reprise.engine.rebuild;

import dev.reprise.engine.model.PageBatch;
import dev.reprise.engine.rebuild.ForkedMemory.Kept;
import dev.reprise.engine.rebuild.ForkedMemory.Part;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Backing;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.VmFlag;
import dev.reprise.image.state.Vma;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What the one process of an image has from its twin when it is forked from that: all its private memory. Pure. */
final class TwinSpace {
    /** The end of the addresses that a process can map: one huge page less than that of a program. */
    private static final long END = 0x7ffffffff000L;

    /** What a fork leaves out, or would have to be given back to somebody. */
    private static final Set<VmFlag> NEVER = EnumSet.of(
            VmFlag.HUGETLB, VmFlag.DROPPABLE, VmFlag.UFFD_MISSING, VmFlag.UFFD_WRITE_PROTECT, VmFlag.UFFD_MINOR);

    private TwinSpace() {}

    /** Null where a page of the image is in no mapping that a fork has, or where a seal is on one: then it is to be made anew. */
    static @Nullable Part of(AddressSpace space, PageRun segment) {
        List<Kept> kept = new ArrayList<>();
        List<PageRun> stays = new ArrayList<>(List.of(segment));
        Set<Long> there = new TreeSet<>();
        for (MappingPlan plan : MappingPlan.of(space)) {
            Vma vma = plan.vma();
            if (vma.has(VmFlag.SEALED) && !(vma.backing() instanceof Backing.Kernel)) {
                return null;
            }
            if (isForked(vma)) {
                // its contents are there: nothing needs the protection in which they come
                kept.add(new Kept(plan, vma.end(), plan.loadingProtection()));
                stays.addAll(PageRuns.between(vma.start(), vma.end()));
                there.add(vma.start());
            } else if (plan.hasPages() && !vma.shared()) {
                return null;
            }
        }
        List<PageRun> gone = PageRuns.without(PageRuns.between(0, END), PageRuns.of(stays));
        return new Part(kept, gone, List.of(), List.of(), List.of(), List.of(), there);
    }

    /** The memory of a fork; {@code later}: the contents that it has not. */
    static ForkedMemory memory(AddressSpace space, PageRun segment, List<PageBatch> later) {
        return new ForkedMemory(Map.of(space.id(), Objects.requireNonNull(of(space, segment))), later);
    }

    private static boolean isForked(Vma vma) {
        return (vma.backing() instanceof Backing.Anonymous || vma.backing() instanceof Backing.MappedFile)
                && !vma.shared()
                && NEVER.stream().noneMatch(vma::has);
    }
}
