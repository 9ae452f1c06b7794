package dev.reprise.image.state;

/**
 * Whom an open file signals (F_SETOWN_EX type and id, F_SETSIG signal), and by whose right: the real and effective user
 * who said so (F_GETOWNER_UIDS), both {@link #UNKNOWN} where nobody could tell.
 */
public record FileOwner(int type, int pid, int signal, int uid, int effectiveUid) {
    /** No user id: what setresuid(2) takes for "as it is". */
    public static final int UNKNOWN = -1;

    /** Nobody is to be signalled. */
    public static final FileOwner NONE = new FileOwner(0, 0, 0, UNKNOWN, UNKNOWN);

    /** Whether it is known who said so. */
    public boolean isOfKnownUser() {
        return uid != UNKNOWN && effectiveUid != UNKNOWN;
    }
}
