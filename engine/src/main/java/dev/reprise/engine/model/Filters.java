package dev.reprise.engine.model;

/**
 * What an image's stream goes through on its way out: first it is packed, then encrypted. Whoever reads the image finds out by itself.
 *
 * @param compression how it is packed
 * @param encryption who can read it
 */
public record Filters(Compression compression, Encryption encryption) {
    /** The image as it is. */
    public static final Filters NONE = new Filters(Compression.NONE, Encryption.NONE);

    /** Packed, for everybody. */
    public Filters(Compression compression) {
        this(compression, Encryption.NONE);
    }

    /** Whether nothing is done to it. */
    public boolean areNone() {
        return compression == Compression.NONE && encryption instanceof Encryption.None;
    }
}
