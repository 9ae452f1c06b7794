package dev.reprise.image.state;

/**
 * A pseudo terminal whose master is in the image; its open ends are {@link PseudoterminalEnd}s.
 *
 * @param index N of /dev/pts/N
 * @param locked whether its slave cannot be opened yet (TIOCSPTLCK)
 * @param packets whether its master reads packets (TIOCPKT)
 * @param exclusive whether nobody else may open it (TIOCEXCL)
 * @param closed whether its slave has been open and is not any more: the master reads EIO
 * @param stopped whether its output is stopped (^S)
 * @param settings struct termios2
 * @param window struct winsize
 * @param ownership of /dev/pts/N
 * @param mode of /dev/pts/N, permissions
 * @param session whose controlling terminal it is; 0: nobody's
 * @param foreground the process group that gets its keys; 0: none
 * @param output what has been written to it and not been read from the master
 * @param locks struct termios of what of its settings nobody can change (TIOCSLCKTRMIOS); empty: none
 * @param typed what has been typed at it and not been read
 * @param stoppedByCall whether tcflow(3) has stopped it, which alone starts it again
 */
public record Pseudoterminal(
        ObjectId id,
        int index,
        boolean locked,
        boolean packets,
        boolean exclusive,
        boolean closed,
        boolean stopped,
        Bytes settings,
        Bytes window,
        Ownership ownership,
        int mode,
        int session,
        int foreground,
        Bytes output,
        TypedAhead typed,
        Bytes locks,
        boolean stoppedByCall)
        implements SharedObject {}
