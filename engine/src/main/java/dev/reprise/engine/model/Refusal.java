package dev.reprise.engine.model;

import java.util.List;

/**
 * One thing that keeps a process from being checkpointed.
 *
 * @param resource what it is, in the kernel's terms: "connected TCP socket", "child process"
 * @param where where it is: "descriptor 7", "task 4711", "mapping 7f00-8000"
 * @param reason why it cannot be saved
 * @param help what would help; empty when nothing does
 * @param passing whether it goes by itself as soon as the process runs, so that a checkpoint a moment later succeeds
 */
public record Refusal(String resource, String where, String reason, String help, boolean passing) {
    /** One that stays. */
    public Refusal(String resource, String where, String reason, String help) {
        this(resource, where, reason, help, false);
    }

    /** The same, said to be in one of several processes. */
    public Refusal in(String process) {
        return new Refusal(resource, where + " of " + process, reason, help, passing);
    }

    /** The same, known to go by itself. */
    public Refusal thatPasses() {
        return new Refusal(resource, where, reason, help, true);
    }

    /** Whether waiting a moment is all that is needed. */
    public static boolean allPass(List<Refusal> refusals) {
        for (Refusal refusal : refusals) {
            if (!refusal.passing) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return resource + " (" + where + "): " + reason + (help.isEmpty() ? "" : "; " + help);
    }
}
