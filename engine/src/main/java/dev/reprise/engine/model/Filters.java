package dev.reprise.engine.model;

/**
 * What an image's stream goes through on its way out: first it is packed, then encrypted. Whoever reads the image finds out by itself.
 *
 * @param compression how it is packed
 * @param encryption who can read it
 * @param lanes how many threads work on it at once, 1 to {@link Lanes#MOST}
 * @param unrepeated whether pages with the contents of others that came before are left out of it, as far as 22 MiB of memory can tell
 */
public record Filters(Compression compression, Encryption encryption, int lanes, boolean unrepeated) {
    /** The image as it is. */
    public static final Filters NONE = new Filters(Compression.NONE);

    public Filters {
        Lanes.require(lanes);
    }

    /** By as many threads as there are processors. */
    public Filters(Compression compression, Encryption encryption) {
        this(compression, encryption, Lanes.byCores(), false);
    }

    /** Packed, for everybody. */
    public Filters(Compression compression) {
        this(compression, Encryption.NONE);
    }

    /** The same by so many threads. */
    public Filters by(int lanes) {
        return new Filters(compression, encryption, lanes, unrepeated);
    }

    /** The same with each page once. */
    public Filters withoutRepeats() {
        return new Filters(compression, encryption, lanes, true);
    }

    /** Whether nothing is done to it. */
    public boolean areNone() {
        return compression == Compression.NONE && encryption instanceof Encryption.None;
    }
}
