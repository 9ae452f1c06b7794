package dev.reprise.image.state;

/**
 * What a netlink socket has besides.
 *
 * @param groups the multicast groups that it hears, a bit each, 32 in four bytes
 * @param peerAddress the sockaddr of getpeername(2), for whom it sends to by default
 * @param filter a classic BPF program
 */
public record NetlinkSocket(Bytes groups, Bytes peerAddress, Bytes filter) implements SocketDetail {}
