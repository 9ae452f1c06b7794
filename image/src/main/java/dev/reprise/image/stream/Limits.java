package dev.reprise.image.stream;

/** What a record may hold at most: a reader never has to believe a length. */
public final class Limits {
    /** Bytes of one payload. */
    public static final int PAYLOAD = 64 << 20;

    /** Bytes of the data behind one record. */
    public static final int DATA = 64 << 20;

    /** Bytes of data that one checksum covers. */
    public static final int PIECE = 1 << 20;

    /** Bytes of all payloads before the first page data. */
    public static final long STATE = 512L << 20;

    /** Records of one image. */
    public static final long RECORDS = 4 << 20;

    private Limits() {}
}
