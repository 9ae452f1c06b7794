package dev.reprise.image.state;

/**
 * One end of a TCP connection whose other end is in the image, too, or gone.
 *
 * @param peer the other end; none where it is gone
 * @param peerAddress its sockaddr
 * @param shutdown what this end has shut down itself: RCV_SHUTDOWN 1, SEND_SHUTDOWN 2
 * @param unread the bytes that wait to be read
 * @param unsent the bytes that this end has written and the other has not received
 * @param options those that the handshake agreed upon (TCPI_OPT_*)
 * @param windowScales of what it sends (bits 0-15) and receives (16-31)
 * @param segment the largest segment that the other end takes
 * @param ending what the other end has done
 * @param urgentAt where among the unread bytes that which MSG_OOB receives is; {@link #NOT_URGENT}: nowhere
 * @param filter its classic BPF program, as SO_ATTACH_FILTER takes it; empty without one
 */
public record TcpConnection(
        ObjectId peer,
        Bytes peerAddress,
        int shutdown,
        Bytes unread,
        Bytes unsent,
        int options,
        int windowScales,
        int segment,
        Ending ending,
        Bytes filter,
        int urgentAt)
        implements SocketDetail {
    /** No byte is urgent. */
    public static final int NOT_URGENT = -1;

    /** How a connection ends. */
    public enum Ending {
        /** It does not: the other end is there. */
        OPEN,
        /** The other end has been closed in order. */
        CLOSED,
        /** The other end is gone by force: the next call sees ECONNRESET. */
        RESET
    }
}
