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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One address space of {@link ForkedMemory} while it is found out who has what from whom. */
final class ForkedSpace {
    /** What a mapping is told only when its contents are there: a child's may have been told other things. */
    private static final Set<VmFlag> LATER = EnumSet.of(
            VmFlag.LOCKED,
            VmFlag.LOCKED_ON_FAULT,
            VmFlag.SEQUENTIAL,
            VmFlag.RANDOM,
            VmFlag.DONT_DUMP,
            VmFlag.MERGEABLE,
            VmFlag.DONT_FORK,
            VmFlag.SEALED,
            VmFlag.MAY_WRITE);

    /** Mappings that are made in another way, or whose pages a child does not have from its parent. */
    private static final Set<VmFlag> NEVER = EnumSet.of(
            VmFlag.HUGETLB,
            VmFlag.DROPPABLE,
            VmFlag.WIPE_ON_FORK,
            VmFlag.UFFD_MISSING,
            VmFlag.UFFD_WRITE_PROTECT,
            VmFlag.UFFD_MINOR);

    private final AddressSpace space;
    private final @Nullable ForkedSpace creator;
    private final List<PageRun> contents;
    private final NavigableMap<Long, MappingPlan> forkable = new TreeMap<>();
    private final Map<Long, Kept> kept = new LinkedHashMap<>();
    private final NavigableMap<Long, MappingPlan> made = new TreeMap<>();
    private final NavigableMap<Long, MappingPlan> needed = new TreeMap<>();
    private List<PageRun> inherited = List.of();

    /** {@code creator}: of the process that forks its process, before it; {@code contents}: the pages that come from the file. */
    ForkedSpace(AddressSpace space, @Nullable ForkedSpace creator, List<PageRun> contents) {
        this.space = space;
        this.creator = creator;
        this.contents = contents;
        for (MappingPlan plan : MappingPlan.of(space)) {
            if (isForkable(plan)) {
                forkable.put(plan.vma().start(), plan);
            }
        }
        if (creator != null && creator.space.id().equals(space.parent())) {
            keep(creator);
        }
    }

    private static boolean isForkable(MappingPlan plan) {
        Backing backing = plan.vma().backing();
        return (backing instanceof Backing.Anonymous || backing instanceof Backing.MappedFile)
                && !plan.vma().shared()
                && !plan.isTwin()
                && NEVER.stream().noneMatch(plan.vma()::has);
    }

    private void keep(ForkedSpace from) {
        List<PageRun> shared = PageRuns.both(space.inherited(), PageRuns.either(from.contents, from.inherited));
        List<PageRun> found = new ArrayList<>();
        for (MappingPlan plan : forkable.values()) {
            var entry = from.forkable.floorEntry(plan.vma().start());
            MappingPlan its = entry == null ? null : entry.getValue();
            if (its == null || !canBecome(its, plan)) {
                continue;
            }
            Kept one = new Kept(plan, its.vma().end(), its.loadingProtection());
            long end = Math.min(plan.vma().end(), its.vma().end());
            List<PageRun> pages = PageRuns.within(shared, plan.vma().start(), end);
            if (!pages.isEmpty()) {
                kept.put(plan.vma().start(), one);
                found.addAll(pages);
                from.need(its);
            }
        }
        inherited = found;
    }

    private static boolean canBecome(MappingPlan from, MappingPlan to) {
        boolean grows = to.vma().end() > from.vma().end();
        return to.vma().start() < from.vma().end()
                && isSameMemory(from.vma(), to.vma())
                && !(grows && (to.vma().has(VmFlag.GROWS_DOWN) || to.vma().backing() instanceof Backing.MappedFile))
                && from.mapFlags() == to.mapFlags()
                && from.vma().policy().equals(to.vma().policy())
                && flags(from).equals(flags(to));
    }

    // Names of anonymous memory are given later.
    private static boolean isSameMemory(Vma from, Vma to) {
        return from.backing() instanceof Backing.Anonymous
                ? to.backing() instanceof Backing.Anonymous
                : from.backing().equals(to.backing()) && to.start() - from.start() == to.offset() - from.offset();
    }

    private static Set<VmFlag> flags(MappingPlan plan) {
        Set<VmFlag> flags = EnumSet.noneOf(VmFlag.class);
        flags.addAll(plan.vma().flags());
        flags.removeAll(LATER);
        return flags;
    }

    private void need(MappingPlan plan) {
        long start = plan.vma().start();
        needed.put(start, plan);
        if (!kept.containsKey(start)) {
            made.put(start, plan);
        }
    }

    /** The mappings whose contents must be there before it forks. */
    List<PageRun> needed() {
        return ranges(needed);
    }

    private static List<PageRun> ranges(NavigableMap<Long, MappingPlan> plans) {
        List<PageRun> ranges = new ArrayList<>();
        for (MappingPlan plan : plans.values()) {
            ranges.addAll(PageRuns.between(plan.vma().start(), plan.vma().end()));
        }
        return ranges;
    }

    // All that a child is born with.
    private List<PageRun> mapped() {
        NavigableMap<Long, MappingPlan> all = new TreeMap<>(made);
        kept.forEach((start, one) -> all.put(start, one.plan()));
        return ranges(all);
    }

    private List<PageRun> present() {
        return PageRuns.either(PageRuns.both(contents, needed()), inherited);
    }

    /** What is to be done, when all children are known; {@code early}: the contents of {@link #needed}. */
    Part part(List<PageBatch> early) {
        List<PageRun> gone = List.of();
        List<PageRun> dropped = List.of();
        if (creator != null) {
            List<PageRun> stays = new ArrayList<>();
            kept.values().forEach(one -> stays.addAll(one.inherited()));
            gone = PageRuns.without(creator.mapped(), stays);
            dropped = PageRuns.without(PageRuns.without(PageRuns.both(creator.present(), stays), inherited), contents);
        }
        Set<Long> there = new HashSet<>(made.keySet());
        there.addAll(kept.keySet());
        return new Part(
                List.copyOf(kept.values()),
                gone,
                dropped,
                List.copyOf(made.values()),
                early,
                PageRuns.without(space.inherited(), inherited),
                there);
    }
}
