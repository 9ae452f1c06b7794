package dev.reprise.engine.model;

/**
 * What an image's stream goes through on its way out. Whoever reads the image finds out by itself.
 *
 * @param compression how it is packed
 */
public record Filters(Compression compression) {
    /** The image as it is. */
    public static final Filters NONE = new Filters(Compression.NONE);

    /** Whether nothing is done to it. */
    public boolean areNone() {
        return compression == Compression.NONE;
    }
}
