package dev.reprise.image.stream;

/** Where page data may start in an image. */
public final class Alignment {
    private Alignment() {}

    /** The first multiple of {@code unit}, a power of two, at or after {@code position}. */
    public static long up(long position, long unit) {
        return (position + unit - 1) & -unit;
    }
}
