package dev.reprise.image.state;

/** A queued signal: its siginfo_t, 128 bytes. */
public record PendingSignal(Bytes siginfo) {
    /** The size of siginfo_t. */
    public static final int SIZE = 128;

    public PendingSignal {
        if (siginfo.length() != SIZE) {
            throw new IllegalArgumentException("siginfo of " + siginfo.length() + " bytes");
        }
    }

    /** The signal's number. */
    public int signal() {
        return siginfo.at(0) & 0xff;
    }
}
