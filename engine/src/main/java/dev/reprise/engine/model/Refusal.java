package dev.reprise.engine.model;

/**
 * One thing that keeps a process from being checkpointed.
 *
 * @param resource what it is, in the kernel's terms: "connected TCP socket", "child process"
 * @param where where it is: "descriptor 7", "task 4711", "mapping 7f00-8000"
 * @param reason why it cannot be saved
 * @param help what would help; empty when nothing does
 */
public record Refusal(String resource, String where, String reason, String help) {
    @Override
    public String toString() {
        return resource + " (" + where + "): " + reason + (help.isEmpty() ? "" : "; " + help);
    }
}
