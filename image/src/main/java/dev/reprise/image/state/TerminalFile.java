package dev.reprise.image.state;

/**
 * A terminal whose master is outside: the one the program was started from.
 *
 * @param settings struct termios2, as the program left them; empty where they could not be asked for
 */
public record TerminalFile(ObjectId id, int flags, FileOwner owner, FileIdentity file, int rdev, Bytes settings)
        implements OpenFile {}
