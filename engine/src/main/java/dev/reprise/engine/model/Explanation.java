package dev.reprise.engine.model;

import java.util.List;

/**
 * Whether a process can be checkpointed, as far as looking at it tells; it was not touched.
 *
 * @param pid the process
 * @param name its name, as /proc/PID/comm has it
 * @param refusals everything that is in the way
 * @param notes what a user should know though it is not in the way: terminals, stdio that leads outside...
 * @param tasks the processes that the image would hold
 * @param threads the threads of all of them
 * @param bytesToSave memory contents that the image would hold, in bytes
 */
public record Explanation(
        int pid, String name, List<Refusal> refusals, List<String> notes, int tasks, int threads, long bytesToSave) {
    public Explanation {
        refusals = List.copyOf(refusals);
        notes = List.copyOf(notes);
    }

    /** Whether nothing is in the way. */
    public boolean isPossible() {
        return refusals.isEmpty();
    }
}
