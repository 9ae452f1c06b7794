package dev.reprise.image.state;

import java.util.List;

/**
 * What a UNIX socket has besides.
 *
 * @param place where the file of its name is
 * @param peer the socket that it is connected to; none where that one is gone, outside, or not accepted yet
 * @param peerName a datagram socket's peer outside the image, by its address
 * @param shutdown RCV_SHUTDOWN 1, SEND_SHUTDOWN 2
 * @param error the error that the next call finds (SO_ERROR), 0 mostly
 * @param credentials the peer's (SO_PEERCRED)
 * @param pending the clients that wait in a listening socket's queue, the first in front
 * @param unread what lies in its queue
 * @param filter its classic BPF program, as SO_ATTACH_FILTER takes it; empty without one
 * @param sent what it has sent on a connection that nobody has accepted yet
 */
public record UnixSocket(
        Place place,
        ObjectId peer,
        Bytes peerName,
        int shutdown,
        int error,
        SocketCredentials credentials,
        List<ObjectId> pending,
        List<SocketMessage> unread,
        Bytes filter,
        List<SocketMessage> sent)
        implements SocketDetail {
    public UnixSocket {
        pending = List.copyOf(pending);
        unread = List.copyOf(unread);
        sent = List.copyOf(sent);
    }

    /** One whose connection, if any, has been accepted. */
    public UnixSocket(
            Place place,
            ObjectId peer,
            Bytes peerName,
            int shutdown,
            int error,
            SocketCredentials credentials,
            List<ObjectId> pending,
            List<SocketMessage> unread,
            Bytes filter) {
        this(place, peer, peerName, shutdown, error, credentials, pending, unread, filter, List.of());
    }

    /** What has become of the file that a name stands for. */
    public enum Place {
        /** It has no name, or an abstract one. */
        NONE,
        /** Where the name says. */
        NAMED,
        /** Under another name ({@code boundFile}). */
        MOVED,
        /** Unlinked; or the name is that of the listening socket by which it was accepted. */
        LOST
    }
}
