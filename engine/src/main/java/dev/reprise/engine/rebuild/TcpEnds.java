package dev.reprise.engine.rebuild;

import dev.reprise.image.state.Socket;
import dev.reprise.image.state.TcpConnection;
import dev.reprise.kernel.Sockets;

/**
 * The two addresses of a connection. One whose other end is forgotten gets one at the same place; so does one that is to be
 * reset, so that no packet leaves for the true peer, each at a port of its own: a server's connections all have one local port.
 */
@SuppressWarnings("ArrayRecordComponent") // passed on, never compared
record TcpEnds(byte[] own, byte[] other) {
    private static final int V4 = 16;
    private static final int V6 = 28;
    /** No service of any user's. */
    private static final int PORT = 1;

    private static final int PORTS = 65_534;

    static TcpEnds of(Socket socket) {
        byte[] own = socket.localAddress().toArray();
        TcpConnection tcp = (TcpConnection) socket.detail();
        byte[] other = tcp.peerAddress().toArray();
        if (own.length == 0) {
            own = loopback(socket.domain(), PORT + 1 + socket.id().value());
        }
        if (tcp.ending() == TcpConnection.Ending.RESET) {
            other = own.clone();
            port(other, PORT + socket.id().value() % PORTS);
        } else if (other.length == 0) {
            other = own.clone();
            port(other, PORT);
        }
        return new TcpEnds(own, other);
    }

    private static byte[] loopback(int domain, int port) {
        boolean six = domain == Sockets.AF_INET6;
        byte[] address = new byte[six ? V6 : V4];
        address[0] = (byte) domain;
        port(address, port);
        if (six) {
            address[23] = 1;
        } else {
            address[4] = 127;
            address[7] = 1;
        }
        return address;
    }

    private static void port(byte[] address, int port) {
        address[2] = (byte) (port >> 8);
        address[3] = (byte) port;
    }
}
