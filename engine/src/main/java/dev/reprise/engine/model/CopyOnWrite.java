package dev.reprise.engine.model;

/** When the memory of a program that runs on is written from a copy-on-write copy of it, while it runs already. */
public enum CopyOnWrite {
    /** For each address space that takes longer to write than to copy. */
    WHERE_WORTH,
    /** For each that the kernel can copy. */
    ALWAYS,
    /** The program stands still until all is written. */
    NEVER
}
