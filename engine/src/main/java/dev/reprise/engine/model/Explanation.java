package dev.reprise.engine.model;

import java.util.List;

/**
 * Whether processes can be checkpointed, as far as looking at them tells; they were not touched.
 *
 * @param processes what the image would hold, parents before their children, those that have ended last
 * @param refusals everything that is in the way
 * @param notes what a user should know though it is not in the way: terminals, stdio that leads outside...
 * @param bytesToSave memory contents that the image would hold, in bytes
 */
public record Explanation(List<Node> processes, List<Refusal> refusals, List<String> notes, long bytesToSave) {
    public Explanation {
        processes = List.copyOf(processes);
        refusals = List.copyOf(refusals);
        notes = List.copyOf(notes);
    }

    /**
     * One process.
     *
     * @param pid its id
     * @param parent its parent's, 0 when that is outside
     * @param name its name, as /proc/PID/comm has it
     * @param threads how many threads it has
     * @param zombie whether it has ended and waits for its parent
     */
    public record Node(int pid, int parent, String name, int threads, boolean zombie) {}

    /** Whether nothing is in the way. */
    public boolean isPossible() {
        return refusals.isEmpty();
    }

    /** The first process. */
    public Node first() {
        return processes.getFirst();
    }

    /** The threads of all of them. */
    public int threads() {
        int threads = 0;
        for (Node process : processes) {
            threads += process.threads();
        }
        return threads;
    }
}
