package dev.reprise.engine.rebuild;

import dev.reprise.engine.model.PageBatch;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What address spaces have from their birth on: private pages that parent and child share copy-on-write can only come
 * about by a fork, so they must be there before it. Pure.
 *
 * @param parts what is to be done in an address space, by ids
 * @param later the contents that come when everybody is born
 */
record ForkedMemory(Map<ObjectId, Part> parts, List<PageBatch> later) {
    ForkedMemory {
        parts = Map.copyOf(parts);
        later = List.copyOf(later);
    }

    /**
     * What one address space has from its creator and for its children.
     *
     * @param kept mappings that are its creator's
     * @param gone what its creator had mapped and it has not
     * @param dropped pages that its creator had in what is kept, and it has not
     * @param made mappings of its own that are there before it forks
     * @param early their contents
     * @param copied pages that it shared with its parent and that must be copied instead, when all contents are there
     * @param there where the mappings begin that are kept or made
     */
    record Part(
            List<Kept> kept,
            List<PageRun> gone,
            List<PageRun> dropped,
            List<MappingPlan> made,
            List<PageBatch> early,
            List<PageRun> copied,
            Set<Long> there) {
        static final Part NOTHING =
                new Part(List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), Set.of());

        Part {
            kept = List.copyOf(kept);
            gone = List.copyOf(gone);
            dropped = List.copyOf(dropped);
            made = List.copyOf(made);
            early = List.copyOf(early);
            copied = List.copyOf(copied);
            there = Set.copyOf(there);
        }

        /** Whether a mapping is there when it is born. */
        boolean has(MappingPlan plan) {
            return there.contains(plan.vma().start());
        }
    }

    /** A mapping that begins in one of its creator's, which ends at {@code end} and has been made with {@code protection}. */
    record Kept(MappingPlan plan, long end, int protection) {
        /** What of it is the creator's. */
        List<PageRun> inherited() {
            return PageRuns.between(plan.vma().start(), Math.min(plan.vma().end(), end));
        }
    }

    Part of(AddressSpace space) {
        return parts.getOrDefault(space.id(), Part.NOTHING);
    }

    /** For a family whose memory comes in {@code batches} out of a file that all can read when they are born. */
    static ForkedMemory of(Family family, Map<Integer, ProcessPlanner> planners, List<PageBatch> batches) {
        Map<ObjectId, List<PageRun>> contents = new LinkedHashMap<>();
        for (PageBatch batch : batches) {
            contents.computeIfAbsent(batch.object(), _ -> new ArrayList<>()).addAll(batch.runs());
        }
        Map<ObjectId, ForkedSpace> spaces = new LinkedHashMap<>();
        for (Member member : family.members()) {
            ProcessPlanner planner = planners.get(member.number());
            if (planner != null && planner.ownsSpace()) {
                ProcessPlanner creator =
                        planners.get(family.process(family.creatorOf(member)).number());
                ForkedSpace from = creator == null
                        ? null
                        : spaces.get(creator.space().id()); // null for the root, whose own is not there yet
                AddressSpace space = planner.space();
                spaces.put(
                        space.id(),
                        new ForkedSpace(space, from, PageRuns.of(contents.getOrDefault(space.id(), List.of()))));
            }
        }
        Map<ObjectId, BatchPieces> early = new LinkedHashMap<>();
        BatchPieces later = new BatchPieces();
        for (PageBatch batch : batches) {
            ForkedSpace space = spaces.get(batch.object());
            List<PageRun> needed = space == null ? List.of() : space.needed();
            split(batch, needed, early.computeIfAbsent(batch.object(), _ -> new BatchPieces()), later);
        }
        Map<ObjectId, Part> parts = new LinkedHashMap<>();
        spaces.forEach((id, space) -> parts.put(
                id, space.part(early.getOrDefault(id, new BatchPieces()).all())));
        return new ForkedMemory(parts, later.all());
    }

    private static void split(PageBatch batch, List<PageRun> needed, BatchPieces early, BatchPieces later) {
        long position = batch.position();
        for (PageRun run : batch.runs()) {
            List<PageRun> its = PageRuns.within(needed, run.start(), run.end());
            List<PageRun> others = PageRuns.without(List.of(run), its);
            for (PageRun piece : PageRuns.either(its, others)) {
                (its.contains(piece) ? early : later).add(batch.object(), piece, position);
                position += piece.bytes();
            }
        }
    }
}
