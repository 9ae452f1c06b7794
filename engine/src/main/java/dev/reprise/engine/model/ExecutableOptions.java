package dev.reprise.engine.model;

/**
 * How an executable is made.
 *
 * @param mapped whether it maps its memory from the file instead of copying it: it starts in a moment, but memory that the
 *     program gives back by madvise(MADV_DONTNEED) then has the old bytes in it instead of zeros
 * @param sync whether the file is on the disk (fsync) before it gets its name
 */
public record ExecutableOptions(boolean mapped, boolean sync) {
    /** Memory is copied, the file is safe on the disk. */
    public static final ExecutableOptions DEFAULT = new ExecutableOptions(false, true);
}
