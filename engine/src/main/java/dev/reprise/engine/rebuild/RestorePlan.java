package dev.reprise.engine.rebuild;

import dev.reprise.engine.program.Program;
import java.util.List;

/**
 * All that will run inside a restored process, and where.
 *
 * @param seedAddress where the seed's executable lies
 * @param segmentAddress where the segment is attached
 * @param before the leader's first program: everything but the memory's contents; at its end all threads exist
 * @param after the leader's second program, when the contents are there
 * @param threads each task's own program, in the image's order, the leader's first
 */
record RestorePlan(long seedAddress, long segmentAddress, Program before, Program after, List<Program> threads) {
    RestorePlan {
        threads = List.copyOf(threads);
    }

    /** The room that the programs take in the segment. */
    long programBytes() {
        long bytes = before.size() + after.size();
        for (Program thread : threads) {
            bytes += thread.size();
        }
        return bytes;
    }
}
