package dev.reprise.engine.capture;

import static dev.reprise.kernel.Sockets.AF_INET;
import static dev.reprise.kernel.Sockets.AF_INET6;
import static dev.reprise.kernel.Sockets.SOCK_STREAM;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.InetSocket;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.Socket;
import dev.reprise.image.state.TcpConnection;
import dev.reprise.kernel.InetDiag;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Poll;
import dev.reprise.kernel.Sockets;
import java.util.List;

/**
 * TCP: without a connection, listening, and connections whose other end is inside, too, or gone. MPTCP, whose listening sockets
 * accept plain connections as TCP sockets: without a connection, and listening.
 */
final class TcpSocketCapture implements SocketFamily {
    private static final String AGAIN = "try again when the program has seen it";

    @Override
    public boolean has(LiveSocket socket) {
        return (socket.domain() == AF_INET || socket.domain() == AF_INET6)
                && socket.type() == SOCK_STREAM
                && Sockets.isTcp(socket.protocol());
    }

    @Override
    public void look(LiveSocket socket, DescriptorLook look) throws KernelException {
        socket.lookAtFilter(look, "TCP");
        TcpState state = TcpState.of(socket);
        if (state.isListening()) {
            lookAtClients(socket, state, look);
            return;
        }
        int now = Poll.now(socket.d().copy());
        if ((now & Poll.POLLERR) != 0) {
            look.refuseForNow(
                    socket.d(),
                    "TCP socket with an error",
                    "an error waits that only the program itself may read (SO_ERROR)",
                    AGAIN);
        }
        if ((now & Poll.POLLPRI) != 0) {
            requireSeen(socket, look, "TCP socket with urgent data", "a byte of MSG_OOB waits, and what is behind it");
        }
        if (socket.protocol() == Sockets.IPPROTO_MPTCP && (state.isConnecting() || state.isConnected())) {
            look.refuse(
                    socket.d(),
                    "connected MPTCP socket",
                    "the state of several paths cannot be saved",
                    "close the connection, or have the program use plain TCP");
        } else if (state.isConnecting()) {
            look.refuseForNow(
                    socket.d(),
                    "TCP connection in the making",
                    "it has not been answered yet",
                    "try again when it is made");
        } else if (state.isConnected() && !isShutAlone(socket, state)) {
            lookAtPeer(socket, look);
        }
    }

    // Tried at our own, before the freeze: whether the kernel shows it.
    private static void requireSeen(LiveSocket socket, DescriptorLook look, String what, String which) {
        if (look.kernel()
                .of(memory -> new TcpBuffers(memory).of(socket.d().copy()))
                .isEmpty()) {
            look.refuseForNow(
                    socket.d(),
                    what,
                    which + " cannot be seen: " + look.kernel().whyNot(),
                    AGAIN);
        }
    }

    private static void lookAtPeer(LiveSocket socket, DescriptorLook look) throws KernelException {
        TcpPeer peer = TcpPeer.of(socket, look);
        if (peer.whereabouts() != TcpPeer.Whereabouts.OUTSIDE && !look.tcp().canBeRepaired()) {
            look.refuse(
                    socket.d(),
                    "TCP connection",
                    "what is on its way is shown to CAP_NET_ADMIN only (TCP_REPAIR)",
                    "run as root");
            return;
        }
        switch (peer.whereabouts()) {
            case INSIDE, GONE -> {}
            case WAITING -> {
                if (peer.unread() > 0) {
                    requireSeen(
                            socket,
                            look,
                            "TCP connection with a queue",
                            "nobody has accepted it, and what has been sent on it");
                }
            }
            case OUTSIDE -> {
                if (!look.isStandardStream(socket.d()) && !look.isReset(socket.d())) {
                    look.refuseLink(
                            socket.d(),
                            "connected TCP socket",
                            "its peer " + peer.name() + " is outside",
                            "close the connection, or have all reset in the image (--tcp=reset)");
                }
            }
        }
    }

    // The clients themselves say what becomes of them; here are those that are not inside.
    private static void lookAtClients(LiveSocket socket, TcpState state, DescriptorLook look) throws KernelException {
        if (state.waiting() == 0) {
            return;
        }
        String own = InetDiag.end(socket.view().localAddress());
        int known = 0;
        for (InetDiag child : look.inet().all(Sockets.IPPROTO_TCP)) {
            if (child.inode() == 0 && TcpPeer.isWaiting(child) && TcpPeer.listensFor(own, child.local())) {
                // seen from the client, whose own end is the child's other one
                String client = child.peer();
                String here = child.local();
                known += look.tcp().between(client, here).equals(ObjectId.NONE) ? 0 : 1;
            }
        }
        if (known < state.waiting()) {
            look.refuseForNow(
                    socket.d(),
                    "TCP socket with a queue",
                    "it holds connections from outside that nobody has accepted",
                    "try again when the queue is empty");
        }
    }

    @Override
    public OpenFile take(LiveSocket socket, ObjectId id, DescriptorTake take) throws KernelException {
        TcpState state = TcpState.of(socket);
        byte[] address = socket.view().localAddress();
        boolean bound = LiveSocket.isBound(address);
        byte[] name = bound ? address : new byte[0];
        if (state.isListening()) {
            return socket.record(id, take, Socket.State.LISTENING, name, state.backlog(), plain(socket));
        }
        boolean alone = isShutAlone(socket, state);
        if (!state.isConnected() || alone) {
            Socket.State now = bound ? Socket.State.BOUND : Socket.State.UNBOUND;
            return socket.record(id, take, now, name, 0, alone ? shut(socket) : plain(socket));
        }
        TcpPeer peer = TcpPeer.of(socket, take.look());
        boolean outside = peer.whereabouts() == TcpPeer.Whereabouts.OUTSIDE;
        if (outside && take.look().isStandardStream(socket.d()) && !take.look().isCut(socket.d())) {
            return socket.outside(id, take);
        }
        TcpQueues.Queue queue = take.tcpQueues().of(socket, peer);
        if (!outside) {
            // an outside peer hears of the program's end what the kernel tells it
            take.connections().add(socket.d());
        }
        TcpConnection detail = new TcpConnection(
                peer.id(),
                Bytes.of(socket.view().peerAddress()),
                shutdown(socket, state, take.look()),
                Bytes.of(queue.unread()),
                Bytes.of(queue.unsent()),
                state.options(),
                state.windowScales(),
                state.segment(),
                ending(peer),
                socket.filter(),
                queue.urgent());
        return socket.record(id, take, Socket.State.CONNECTED, name, 0, detail);
    }

    private static TcpConnection.Ending ending(TcpPeer peer) {
        return switch (peer.whereabouts()) {
            case INSIDE, WAITING -> TcpConnection.Ending.OPEN;
            case GONE -> TcpConnection.Ending.CLOSED;
            case OUTSIDE -> TcpConnection.Ending.RESET;
        };
    }

    // shutdown(2) of a socket that was never connected fails, and counts: what has been an end has an address.
    private static boolean isShutAlone(LiveSocket socket, TcpState state) throws KernelException {
        return state.isConnected()
                && state.isOver()
                && !LiveSocket.isBound(socket.view().localAddress());
    }

    private static InetSocket shut(LiveSocket socket) throws KernelException {
        return new InetSocket(Bytes.empty(), Sockets.RCV_SHUTDOWN | Sockets.SEND_SHUTDOWN, List.of(), socket.filter());
    }

    private static InetSocket plain(LiveSocket socket) throws KernelException {
        return new InetSocket(Bytes.empty(), 0, List.of(), socket.filter());
    }

    // The other end's FIN shuts receiving down, too; only what the program has done itself counts.
    private static int shutdown(LiveSocket socket, TcpState state, DescriptorLook look) throws KernelException {
        if (state.isOver()) {
            return Sockets.SEND_SHUTDOWN;
        }
        InetDiag diag = look.inet().at(Sockets.IPPROTO_TCP, socket.inode());
        int both = diag == null ? 0 : diag.shutdown();
        return state.hasHeardTheEnd() ? both & Sockets.SEND_SHUTDOWN : both;
    }
}
