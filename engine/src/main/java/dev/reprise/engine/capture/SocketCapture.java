package dev.reprise.engine.capture;

import static dev.reprise.kernel.Sockets.AF_UNIX;
import static dev.reprise.kernel.Sockets.SOCK_DGRAM;
import static dev.reprise.kernel.Sockets.SOL_SOCKET;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.OutsideFile;
import dev.reprise.image.state.Socket;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Poll;
import dev.reprise.kernel.SocketView;
import dev.reprise.kernel.Sockets;
import dev.reprise.kernel.UnixDiag;

/** Sockets without a peer: TCP (listening too), UDP and UNIX, with their options; asked through a descriptor of ours. */
final class SocketCapture implements OpenFileCapture {
    private static final int TCP_STATE = 0;
    private static final int TCP_BACKLOG = 28; // tcp_info.tcpi_sacked of a listening socket
    private static final int TCP_INFO_ENOUGH = 32;

    @Override
    public boolean recognizes(LiveDescriptor d) {
        return d.type() == Fcntl.S_IFSOCK;
    }

    @Override
    public void look(LiveDescriptor d, DescriptorLook look) throws KernelException {
        SocketView socket = new SocketView(d.copy());
        String kind = SocketKind.of(socket);
        if (kind.isEmpty()) {
            look.refuse(d, "socket of an unknown kind", SocketKind.numbers(socket) + " cannot be saved", "close it");
        } else if (isConnected(d, socket)) {
            if (!look.isStandardStream(d)) {
                look.refuse(d, "connected " + kind + " socket", "it has a peer", "close the connection");
            }
        } else {
            lookAtUnconnected(d, socket, kind, look);
        }
    }

    private static void lookAtUnconnected(LiveDescriptor d, SocketView socket, String kind, DescriptorLook look)
            throws KernelException {
        boolean listening = socket.number(SOL_SOCKET, Sockets.SO_ACCEPTCONN) != 0;
        boolean datagrams = socket.number(SOL_SOCKET, Sockets.SO_TYPE) == SOCK_DGRAM;
        if ((listening || datagrams) && Poll.isReadable(d.copy())) {
            String what = listening ? "connections that nobody has accepted" : "datagrams that nobody has read";
            look.refuseForNow(
                    d, kind + " socket with a queue", "it holds " + what, "try again when the queue is empty");
        }
        long filter = socket.length(SOL_SOCKET, Sockets.SO_GET_FILTER);
        if (filter > 0 || filter == -Errno.EACCES.code()) {
            look.refuse(d, "socket filter", "a BPF program is attached to the " + kind + " socket", "detach it");
        }
        if (socket.number(SOL_SOCKET, Sockets.SO_DOMAIN) == AF_UNIX) {
            String why = UnixName.whyNot(d, socket.localAddress());
            if (!why.isEmpty()) {
                look.refuse(d, "UNIX socket name", why, "bind it anew");
            }
        }
    }

    private static boolean isConnected(LiveDescriptor d, SocketView socket) throws KernelException {
        if (socket.isConnected()) {
            return !AbandonedSocket.is(d, socket);
        }
        int state = tcp(socket, TCP_STATE) & 0xff;
        return SocketKind.isTcp(socket) && state != Sockets.TCP_LISTEN && state != Sockets.TCP_CLOSE;
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) throws KernelException {
        SocketView socket = new SocketView(d.copy());
        if (isConnected(d, socket)) {
            return new OutsideFile(id, d.info().statusFlags(), take.owner(d), d.link());
        }
        int domain = socket.number(SOL_SOCKET, Sockets.SO_DOMAIN);
        byte[] address = socket.localAddress();
        Socket.State state = state(socket, domain, address);
        UnixName name = domain == AF_UNIX ? UnixName.of(d, address) : UnixName.NONE;
        return new Socket(
                id,
                d.info().statusFlags(),
                take.owner(d),
                domain,
                socket.number(SOL_SOCKET, Sockets.SO_TYPE),
                socket.number(SOL_SOCKET, Sockets.SO_PROTOCOL),
                state,
                state == Socket.State.UNBOUND ? Bytes.empty() : Bytes.of(address),
                state == Socket.State.LISTENING ? backlog(d, socket, domain) : 0,
                name.file(),
                name.file().equals(Socket.NO_FILE) ? d.ownership() : name.ownership(),
                SocketOptions.of(socket));
    }

    private static Socket.State state(SocketView socket, int domain, byte[] address) throws KernelException {
        if (socket.number(SOL_SOCKET, Sockets.SO_ACCEPTCONN) != 0) {
            return Socket.State.LISTENING;
        }
        if (socket.isConnected()) {
            return Socket.State.ABANDONED;
        }
        // struct sockaddr_in and sockaddr_in6: u16 family, u16 port; sockaddr_un without a name is the family alone
        boolean bound = domain == AF_UNIX ? address.length > 2 : (address[2] | address[3]) != 0;
        return bound ? Socket.State.BOUND : Socket.State.UNBOUND;
    }

    private static int backlog(LiveDescriptor d, SocketView socket, int domain) throws KernelException {
        return domain == AF_UNIX ? UnixDiag.of(d.status().inode()).backlog() : tcp(socket, TCP_BACKLOG);
    }

    private static int tcp(SocketView socket, int field) {
        byte[] info = socket.option(Sockets.IPPROTO_TCP, Sockets.TCP_INFO);
        if (info.length < TCP_INFO_ENOUGH) {
            return 0;
        }
        return info[field] & 0xff
                | (info[field + 1] & 0xff) << 8
                | (info[field + 2] & 0xff) << 16
                | (info[field + 3] & 0xff) << 24;
    }
}
