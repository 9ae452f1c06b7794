package dev.reprise.image.state;

/** Whom an open file signals (F_SETOWN_EX type and id, F_SETSIG signal). */
public record FileOwner(int type, int pid, int signal) {
    /** Nobody is to be signalled. */
    public static final FileOwner NONE = new FileOwner(0, 0, 0);
}
