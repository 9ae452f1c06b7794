package dev.reprise.engine.model;

/**
 * The caller's descriptors that become a restored program's 0, 1 and 2 where those were terminals, or pipes and sockets
 * with an end outside the image.
 *
 * @param in a descriptor's number, or {@link #TERMINAL} or {@link #NOTHING}
 */
public record StandardStreams(int in, int out, int err) {
    /** /dev/null. */
    public static final int NOTHING = -1;

    /** The controlling terminal, /dev/tty; /dev/null where there is none. */
    public static final int TERMINAL = -2;

    /** The caller's own 0, 1 and 2. */
    public static final StandardStreams OWN = new StandardStreams(0, 1, 2);

    /** For an image that comes on descriptor 0: the terminal, 1 and 2. */
    public static final StandardStreams IMAGE_ON_STDIN = new StandardStreams(TERMINAL, 1, 2);
}
