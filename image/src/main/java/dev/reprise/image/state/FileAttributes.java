package dev.reprise.image.state;

import java.util.List;

/**
 * What a file without a name has beside contents, mode and owner: its times (nanoseconds since 1970; both {@link #UNKNOWN_TIME}
 * where an image does not tell) and extended attributes.
 */
public record FileAttributes(long atimeNanos, long mtimeNanos, List<ExtendedAttribute> extended) {
    /** No time. */
    public static final long UNKNOWN_TIME = Long.MIN_VALUE;

    /** Nothing is known. */
    public static final FileAttributes NONE = new FileAttributes(UNKNOWN_TIME, UNKNOWN_TIME, List.of());

    public FileAttributes {
        extended = List.copyOf(extended);
    }

    /** Whether its times are known. */
    public boolean hasTimes() {
        return atimeNanos != UNKNOWN_TIME && mtimeNanos != UNKNOWN_TIME;
    }
}
