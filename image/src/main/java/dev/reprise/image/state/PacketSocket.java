package dev.reprise.image.state;

import java.util.List;

/**
 * What a packet socket has besides.
 *
 * @param memberships what it has joined (struct packet_mreq)
 * @param filter a classic BPF program
 * @param receiveRing what PACKET_RX_RING took (struct tpacket_req, of version 3 tpacket_req3); empty without a ring
 * @param sendRing the same of PACKET_TX_RING
 * @param fanout what PACKET_FANOUT took: id, type and flags; 0 outside of groups
 */
public record PacketSocket(List<Bytes> memberships, Bytes filter, Bytes receiveRing, Bytes sendRing, int fanout)
        implements SocketDetail {
    public PacketSocket {
        memberships = List.copyOf(memberships);
    }

    /** Whether it has memory that processes can map. */
    public boolean hasRing() {
        return !receiveRing.isEmpty() || !sendRing.isEmpty();
    }
}
