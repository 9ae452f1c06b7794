package dev.reprise.image.codec.v1;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Datagram;
import dev.reprise.image.state.InetSocket;
import dev.reprise.image.state.NetlinkSocket;
import dev.reprise.image.state.PacketSocket;
import dev.reprise.image.state.SocketDetail;
import dev.reprise.image.state.TcpConnection;
import dev.reprise.image.state.UnixSocket;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The families' parts of socket.proto: each a field of its own in the socket's message. */
final class SocketDetailCodec {
    static final int UNIX = 13;
    static final int INET = 14;
    static final int TCP = 15;
    static final int NETLINK = 16;
    static final int PACKET = 17;

    private SocketDetailCodec() {}

    static void write(MessageWriter m, SocketDetail detail) {
        switch (detail) {
            case UnixSocket unix -> m.message(UNIX, UnixSocketCodec.write(unix));
            case InetSocket inet -> m.message(INET, inet(inet));
            case TcpConnection tcp -> m.message(TCP, TcpConnectionCodec.write(tcp));
            case NetlinkSocket netlink -> m.message(NETLINK, netlink(netlink));
            case PacketSocket packet -> m.message(PACKET, packet(packet));
        }
    }

    private static MessageWriter inet(InetSocket inet) {
        MessageWriter m = new MessageWriter();
        m.bytes(1, inet.peerAddress().toArray());
        m.u32(2, inet.shutdown());
        inet.memberships().forEach(one -> m.element(3, one.toArray()));
        m.bytes(4, inet.filter().toArray());
        for (Datagram datagram : inet.unread()) {
            MessageWriter d = new MessageWriter();
            d.bytes(1, datagram.data().toArray());
            d.bytes(2, datagram.sender().toArray());
            m.message(5, d);
        }
        return m;
    }

    private static Datagram datagram(MessageReader m) throws IOException {
        Bytes data = Bytes.empty();
        Bytes sender = Bytes.empty();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> data = Bytes.of(m.bytes());
                case 2 -> sender = Bytes.of(m.bytes());
                default -> throw m.unknown("Datagram");
            }
        }
        return new Datagram(data, sender);
    }

    private static MessageWriter netlink(NetlinkSocket netlink) {
        MessageWriter m = new MessageWriter();
        m.bytes(1, netlink.groups().toArray());
        m.bytes(2, netlink.peerAddress().toArray());
        m.bytes(3, netlink.filter().toArray());
        return m;
    }

    private static MessageWriter packet(PacketSocket packet) {
        MessageWriter m = new MessageWriter();
        packet.memberships().forEach(one -> m.element(1, one.toArray()));
        m.bytes(2, packet.filter().toArray());
        m.bytes(3, packet.receiveRing().toArray());
        m.bytes(4, packet.sendRing().toArray());
        m.u32(5, packet.fanout());
        return m;
    }

    static InetSocket inet(MessageReader m) throws IOException {
        Bytes peerAddress = Bytes.empty();
        int shutdown = 0;
        List<Bytes> memberships = new ArrayList<>();
        Bytes filter = Bytes.empty();
        List<Datagram> unread = new ArrayList<>(0);
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> peerAddress = Bytes.of(m.bytes());
                case 2 -> shutdown = m.u32();
                case 3 -> memberships.add(Bytes.of(m.bytes()));
                case 4 -> filter = Bytes.of(m.bytes());
                case 5 -> unread.add(datagram(m.message()));
                default -> throw m.unknown("InetSocket");
            }
        }
        return new InetSocket(peerAddress, shutdown, memberships, filter, unread);
    }

    static NetlinkSocket netlink(MessageReader m) throws IOException {
        Bytes groups = Bytes.empty();
        Bytes peerAddress = Bytes.empty();
        Bytes filter = Bytes.empty();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> groups = Bytes.of(m.bytes());
                case 2 -> peerAddress = Bytes.of(m.bytes());
                case 3 -> filter = Bytes.of(m.bytes());
                default -> throw m.unknown("NetlinkSocket");
            }
        }
        return new NetlinkSocket(groups, peerAddress, filter);
    }

    static PacketSocket packet(MessageReader m) throws IOException {
        List<Bytes> memberships = new ArrayList<>();
        Bytes filter = Bytes.empty();
        Bytes receiveRing = Bytes.empty();
        Bytes sendRing = Bytes.empty();
        int fanout = 0;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> memberships.add(Bytes.of(m.bytes()));
                case 2 -> filter = Bytes.of(m.bytes());
                case 3 -> receiveRing = Bytes.of(m.bytes());
                case 4 -> sendRing = Bytes.of(m.bytes());
                case 5 -> fanout = m.u32();
                default -> throw m.unknown("PacketSocket");
            }
        }
        return new PacketSocket(memberships, filter, receiveRing, sendRing, fanout);
    }
}
