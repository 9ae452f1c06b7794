package dev.reprise.image.stream;

/** Where page data may start in an image. */
public final class Alignment {
    /** x86-64's base page: page data start at a multiple of it. */
    public static final int PAGE = 4096;

    private Alignment() {}

    /** The first multiple of {@code unit}, a power of two, at or after {@code position}. */
    public static long up(long position, long unit) {
        return (position + unit - 1) & -unit;
    }
}
