package dev.reprise.engine.rebuild;

import dev.reprise.engine.program.Program;
import java.util.List;

/**
 * All that will run inside a restored process, and where. Each program ends with its task parked in the segment.
 *
 * @param seedAddress where the seed's executable lies
 * @param segmentAddress where the segment is attached
 * @param objects the leader's first program: everything but the contents of memory; at its end all threads exist
 * @param loads the reading of memory from the image file, one program a loader: the image's tasks, then helpers
 * @param attributes the leader's second program, when the contents are there: what all threads share
 * @param threads the own programs of all tasks but the leader
 * @param last the leader's last program: its own attributes, what needs them; the timers run from here on
 */
record RestorePlan(
        long seedAddress,
        long segmentAddress,
        Program objects,
        List<Program> loads,
        Program attributes,
        List<Program> threads,
        Program last) {
    RestorePlan {
        loads = List.copyOf(loads);
        threads = List.copyOf(threads);
    }

    /** The control blocks that are needed: the image's tasks and the helpers. */
    int controls() {
        return Math.max(threads.size() + 1, loads.size());
    }

    /** The helpers among the loaders. */
    int helpers() {
        return controls() - threads.size() - 1;
    }

    /** The room that the programs take in the segment. */
    long programBytes() {
        long bytes = objects.size() + attributes.size() + last.size();
        for (Program program : loads) {
            bytes += program.size();
        }
        for (Program program : threads) {
            bytes += program.size();
        }
        return bytes;
    }
}
