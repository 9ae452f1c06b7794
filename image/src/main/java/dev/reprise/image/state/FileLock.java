package dev.reprise.image.state;

/**
 * A lock on a file, taken through descriptor {@code descriptor}.
 *
 * <p>{@code type} is F_RDLCK, F_WRLCK; {@code start} and {@code end} (the last byte, {@link #END_OF_FILE} for all
 * there may ever be) are those of the POSIX and OFD kinds.
 */
public record FileLock(int descriptor, Kind kind, int type, long start, long end) {
    /** The {@code end} of a lock that grows with its file. */
    public static final long END_OF_FILE = Long.MAX_VALUE;

    /** Which call takes it and who owns it. */
    public enum Kind {
        /** flock(2): the open file description's, the whole file. */
        FLOCK,
        /** fcntl(2) F_SETLK: the process's. */
        POSIX,
        /** fcntl(2) F_OFD_SETLK: the open file description's. */
        OFD,

        /** fcntl(2) F_SETLEASE: the open file description's, the whole file. */
        LEASE
    }
}
