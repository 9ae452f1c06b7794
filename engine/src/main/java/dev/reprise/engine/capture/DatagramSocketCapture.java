package dev.reprise.engine.capture;

import static dev.reprise.kernel.Sockets.AF_INET;
import static dev.reprise.kernel.Sockets.AF_INET6;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.InetSocket;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.Socket;
import dev.reprise.kernel.InetDiag;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Poll;
import dev.reprise.kernel.Sockets;

/** UDP, UDP-Lite, ICMP and raw IP sockets: a peer is only an address that they send to. */
final class DatagramSocketCapture implements SocketFamily {
    private static final int ADDRESS_AT = 4;

    @Override
    public boolean has(LiveSocket socket) {
        boolean inet = socket.domain() == AF_INET || socket.domain() == AF_INET6;
        return inet
                && switch (socket.type()) {
                    case Sockets.SOCK_RAW -> true;
                    case Sockets.SOCK_DGRAM -> isDatagramProtocol(socket.protocol());
                    default -> false;
                };
    }

    private static boolean isDatagramProtocol(int protocol) {
        return switch (protocol) {
            case Sockets.IPPROTO_UDP, Sockets.IPPROTO_UDPLITE, Sockets.IPPROTO_ICMP, Sockets.IPPROTO_ICMPV6 -> true;
            default -> false;
        };
    }

    private static String kind(LiveSocket socket) {
        if (socket.type() == Sockets.SOCK_RAW) {
            return "raw IP";
        }
        return switch (socket.protocol()) {
            case Sockets.IPPROTO_UDP -> "UDP";
            case Sockets.IPPROTO_UDPLITE -> "UDP-Lite";
            default -> "ICMP";
        };
    }

    @Override
    public void look(LiveSocket socket, DescriptorLook look) throws KernelException {
        String kind = kind(socket);
        socket.lookAtFilter(look, kind);
        int now = Poll.now(socket.d().copy());
        if ((now & Poll.POLLERR) != 0) {
            look.refuseForNow(
                    socket.d(),
                    kind + " socket with an error",
                    "an error waits that only the program itself may read (SO_ERROR, MSG_ERRQUEUE)",
                    "try again when the program has seen it");
        } else if ((now & Poll.POLLIN) != 0 && (now & Poll.POLLRDHUP) == 0) {
            new Datagrams(socket, look).look(kind);
        }
        if (socket.view().unsentBytes() > 0) {
            look.refuseForNow(
                    socket.d(),
                    kind + " socket with a datagram in the making",
                    "it is corked (UDP_CORK, MSG_MORE), or the network has not taken it yet",
                    "try again when it is sent");
        }
    }

    @Override
    public OpenFile take(LiveSocket socket, ObjectId id, DescriptorTake take) throws KernelException {
        byte[] address = socket.view().localAddress();
        byte[] peer = peer(socket);
        InetSocket detail = new InetSocket(
                Bytes.of(peer),
                shutdown(socket, take.look()),
                Memberships.of(socket),
                socket.filter(),
                new Datagrams(socket, take.look()).read(take.guard()));
        boolean bound = isBound(socket, address);
        Socket.State state =
                peer.length > 0 ? Socket.State.CONNECTED : bound ? Socket.State.BOUND : Socket.State.UNBOUND;
        return socket.record(id, take, state, bound ? address : new byte[0], 0, detail);
    }

    private static byte[] peer(LiveSocket socket) throws KernelException {
        byte[] peer = socket.view().peerAddress();
        return peer.length == 0 && !hasPorts(socket) ? PortlessPeer.of(socket) : peer;
    }

    private static boolean hasPorts(LiveSocket socket) {
        return socket.type() != Sockets.SOCK_RAW && !kind(socket).equals("ICMP");
    }

    // The port of a raw socket is its protocol's number, which it has from the beginning.
    private static boolean isBound(LiveSocket socket, byte[] address) {
        if (socket.type() != Sockets.SOCK_RAW) {
            return LiveSocket.isBound(address);
        }
        byte[] withoutPort = address.clone();
        for (int i = 2; i < ADDRESS_AT; i++) {
            withoutPort[i] = 0;
        }
        return LiveSocket.isBound(withoutPort);
    }

    private static int shutdown(LiveSocket socket, DescriptorLook look) throws KernelException {
        if (!hasPorts(socket)) {
            return (Poll.now(socket.d().copy()) & Poll.POLLRDHUP) != 0 ? Sockets.RCV_SHUTDOWN : 0;
        }
        InetDiag diag = look.inet().at(socket.protocol(), socket.inode());
        return diag == null ? 0 : diag.shutdown();
    }
}
