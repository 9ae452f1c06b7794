package dev.reprise.engine.rebuild;

import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.PageRun;
import java.util.List;
import java.util.Map;

/**
 * All that will run inside the restored processes, and where.
 *
 * @param seedAddress where the seed's executable lies
 * @param segment the addresses that are free for the segment, which is attached at the first
 * @param family all who are born
 * @param births the root's first program, in which all are born; at its end all ids are taken
 * @param forks the steps of it whose results say that a member is there, by members' numbers
 * @param processes the processes of the image, in the order of births
 * @param others who ends before they run
 * @param memory what comes from an image file, and when
 * @param forked what of it is there from birth on
 */
record RestorePlan(
        long seedAddress,
        PageRun segment,
        Family family,
        Program births,
        Map<Integer, Step> forks,
        List<ProcessPlan> processes,
        List<BriefLife> others,
        Blocks blocks,
        LazySplit memory,
        ForkedMemory forked) {
    RestorePlan {
        processes = List.copyOf(processes);
        others = List.copyOf(others);
        forks = Map.copyOf(forks);
    }

    /** Where the segment is attached. */
    long segmentAddress() {
        return segment.start();
    }

    /** The root's. */
    ProcessPlan root() {
        return processes.getFirst();
    }

    /** The control blocks that are needed. */
    int controls() {
        return blocks.count();
    }

    /** The room that the programs take in the segment. */
    long programBytes() {
        long bytes = births.size();
        for (ProcessPlan process : processes) {
            bytes += process.programBytes();
        }
        for (BriefLife other : others) {
            bytes += other.programBytes();
        }
        return bytes;
    }
}
