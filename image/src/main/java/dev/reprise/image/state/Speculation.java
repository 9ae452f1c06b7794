package dev.reprise.image.state;

/**
 * Which speculation of the processor a task has asked to be without (PR_SET_SPECULATION_CTRL), each as the PR_SPEC_*
 * value to be set, 0 for untouched.
 */
public record Speculation(int storeBypass, int indirectBranch, int l1dFlush) {
    /** Untouched. */
    public static final Speculation DEFAULT = new Speculation(0, 0, 0);
}
