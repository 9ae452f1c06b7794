package dev.reprise.image.codec.v1;

/** The format that this package reads and writes. */
public final class Format {
    /** The version in the image's header. */
    public static final int VERSION = 1;

    private Format() {}
}
