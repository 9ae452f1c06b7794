package dev.reprise.image.state;

/**
 * A terminal whose master is gone: it reads as ended, and everything else that is done with it is EIO. {@code path} is what it was
 * called.
 */
public record HungUpTerminal(ObjectId id, int flags, FileOwner owner, String path) implements OpenFile {}
