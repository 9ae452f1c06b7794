package dev.reprise.image.state;

/** A task's registered restartable sequence (rseq(2)); address 0 when there is none. */
public record RseqArea(long address, int length, int signature, int flags) {
    /** Not registered. */
    public static final RseqArea NONE = new RseqArea(0, 0, 0, 0);
}
