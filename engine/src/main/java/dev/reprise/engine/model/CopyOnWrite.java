package dev.reprise.engine.model;

/** When the memory of a program that runs on is written from a copy-on-write copy of it, while it runs already. */
public enum CopyOnWrite {
    /** For each address space that takes longer to write than to copy. */
    WHERE_WORTH,
    /** For each that the kernel can copy. */
    ALWAYS,
    /**
     * The copies are not written: they stay, and hold what they have of the image. Only for a file in a {@code MemoryStore}; what becomes of
     * the original does not matter. Refused where a copy would be seen by the program.
     */
    KEPT,
    /** The program stands still until all is written. */
    NEVER
}
