package dev.reprise.engine.model;

/**
 * What an image's stream goes through on its way out: first it is packed, then encrypted. Whoever reads the image finds out by itself.
 *
 * @param compression how it is packed
 * @param encryption who can read it
 * @param lanes how many threads work on it at once, 1 to {@link Lanes#MOST}
 */
public record Filters(Compression compression, Encryption encryption, int lanes) {
    /** The image as it is. */
    public static final Filters NONE = new Filters(Compression.NONE);

    public Filters {
        Lanes.require(lanes);
    }

    /** By as many threads as there are processors. */
    public Filters(Compression compression, Encryption encryption) {
        this(compression, encryption, Lanes.byCores());
    }

    /** Packed, for everybody. */
    public Filters(Compression compression) {
        this(compression, Encryption.NONE);
    }

    /** The same by so many threads. */
    public Filters by(int lanes) {
        return new Filters(compression, encryption, lanes);
    }

    /** Whether nothing is done to it. */
    public boolean areNone() {
        return compression == Compression.NONE && encryption instanceof Encryption.None;
    }
}
