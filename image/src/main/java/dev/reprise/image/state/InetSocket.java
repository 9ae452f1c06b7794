package dev.reprise.image.state;

import java.util.List;

/**
 * What a UDP, raw, ICMP or unconnected TCP socket has besides.
 *
 * @param peerAddress the sockaddr of getpeername(2); empty without a peer
 * @param shutdown RCV_SHUTDOWN 1, SEND_SHUTDOWN 2
 * @param memberships the multicast groups that it has joined (struct group_req of MCAST_JOIN_GROUP)
 * @param filter a classic BPF program (struct sock_filter, one after the other)
 * @param unread what lies in its queue, the first in front
 */
public record InetSocket(Bytes peerAddress, int shutdown, List<Bytes> memberships, Bytes filter, List<Datagram> unread)
        implements SocketDetail {
    public InetSocket {
        memberships = List.copyOf(memberships);
        unread = List.copyOf(unread);
    }

    /** One with an empty queue. */
    public InetSocket(Bytes peerAddress, int shutdown, List<Bytes> memberships, Bytes filter) {
        this(peerAddress, shutdown, memberships, filter, List.of());
    }
}
