package dev.reprise.image.state;

import java.util.List;

/**
 * What a packet socket has besides.
 *
 * @param memberships what it has joined (struct packet_mreq)
 * @param filter a classic BPF program
 */
public record PacketSocket(List<Bytes> memberships, Bytes filter) implements SocketDetail {
    public PacketSocket {
        memberships = List.copyOf(memberships);
    }
}
