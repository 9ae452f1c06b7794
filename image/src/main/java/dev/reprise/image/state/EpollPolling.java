package dev.reprise.image.state;

/** How an epoll set polls the network busily (EPIOCSPARAMS): so many microseconds, packets at a time, before interrupts. */
public record EpollPolling(int micros, int budget, boolean isPreferred) {
    /** A set that nobody has told. */
    public static final EpollPolling NONE = new EpollPolling(0, 0, false);
}
