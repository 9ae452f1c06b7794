package dev.reprise.engine.capture;

import static dev.reprise.kernel.Sockets.AF_UNIX;
import static dev.reprise.kernel.Sockets.SOCK_DGRAM;
import static dev.reprise.kernel.Sockets.SOCK_STREAM;
import static dev.reprise.kernel.Sockets.SOL_SOCKET;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.Socket;
import dev.reprise.image.state.SocketCredentials;
import dev.reprise.image.state.SocketMessage;
import dev.reprise.image.state.UnixSocket;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Poll;
import dev.reprise.kernel.Sockets;
import dev.reprise.kernel.UnixDiag;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** UNIX sockets: their names, peers, clients that wait, queues (read by {@link UnixQueues}). */
final class UnixSocketCapture implements SocketFamily {
    private static final String TOGETHER = "checkpoint the processes together, or close it";
    private static final int BOTH = Sockets.RCV_SHUTDOWN | Sockets.SEND_SHUTDOWN;

    @Override
    public boolean has(LiveSocket socket) {
        return socket.domain() == AF_UNIX;
    }

    @Override
    public void look(LiveSocket socket, DescriptorLook look) throws KernelException {
        UnixDiag diag;
        try {
            diag = UnixDiag.of(socket.inode());
        } catch (KernelException failed) {
            look.refuse(
                    socket.d(),
                    "UNIX socket that cannot be looked into",
                    String.valueOf(failed.getMessage()),
                    failed.errno() == Errno.ENOENT ? "it is of another network namespace" : "");
            return;
        }
        socket.lookAtFilter(look, "UNIX");
        lookAtName(socket, look);
        UnixPeers peers = new UnixPeers(look);
        if (socket.isListening()) {
            peers.lookAtClients(socket, diag);
        } else {
            lookAtPeer(socket, diag, peers, look);
            lookAtQueue(socket, diag, look);
        }
    }

    private static void lookAtName(LiveSocket socket, DescriptorLook look) throws KernelException {
        try {
            UnixName.of(socket);
        } catch (KernelException failed) {
            if (failed.errno() != Errno.EPERM) {
                throw failed;
            }
            look.refuse(
                    socket.d(),
                    "UNIX socket with another name",
                    "its file is not where it was bound, and only CAP_NET_ADMIN is shown it (SIOCUNIXFILE)",
                    "run as root");
        }
    }

    private static void lookAtPeer(LiveSocket socket, UnixDiag diag, UnixPeers peers, DescriptorLook look)
            throws KernelException {
        boolean outside = peers.isOutside(socket, diag);
        if (outside && !look.isStandardStream(socket.d()) && !look.isCut(socket.d())) {
            int holder = look.sockets().holderOf(diag.peer());
            look.refuseLink(
                    socket.d(),
                    "connected UNIX socket",
                    holder == 0 ? "its peer is not among the processes" : "process " + holder + " has its peer",
                    TOGETHER);
        }
    }

    private static void lookAtQueue(LiveSocket socket, UnixDiag diag, DescriptorLook look) throws KernelException {
        if (look.sockets().isWaiting(socket.inode()) && diag.backlog() > 0) {
            sent(socket, look);
        }
        int now = Poll.now(socket.d().copy());
        if ((now & Poll.POLLPRI) != 0 && UnixQueues.withUrgent(socket, look) == null) {
            look.refuseForNow(
                    socket.d(),
                    "UNIX socket with urgent data",
                    "a byte of MSG_OOB waits, with more than bytes: "
                            + look.kernel().whyNot(),
                    "try again when it is read");
        }
        // Reading a queue of messages, even by MSG_PEEK, takes the error away (sock_error in net/core/datagram.c).
        boolean readsErrorFirst = socket.type() != SOCK_STREAM && (diag.waiting() > 0 || socket.type() == SOCK_DGRAM);
        if ((now & Poll.POLLERR) != 0 && readsErrorFirst) {
            look.refuseForNow(
                    socket.d(),
                    "UNIX socket with an error",
                    "an error waits (SO_ERROR) in front of the messages",
                    "try again when the program has seen it");
        }
    }

    // What has been sent on a connection that nobody has accepted.
    private static List<SocketMessage> sent(LiveSocket socket, DescriptorLook look) {
        List<SocketBuffers.Piece> pieces = look.kernel()
                .of(memory -> Optional.ofNullable(
                        new SocketBuffers(memory).sentBy(socket.d().copy())))
                .orElse(Optional.empty())
                .orElse(null);
        if (pieces == null) {
            look.refuseForNow(
                    socket.d(),
                    "UNIX socket that nobody has accepted",
                    "something has been sent on it, which cannot be seen: "
                            + (look.kernel().whyNot().isEmpty()
                                    ? "it is large, or has open files with it"
                                    : look.kernel().whyNot()),
                    "try again when the program has accepted it");
            return List.of();
        }
        return pieces.stream().map(UnixQueues::message).toList();
    }

    @Override
    public OpenFile take(LiveSocket socket, ObjectId id, DescriptorTake take) throws KernelException {
        UnixDiag diag = UnixDiag.of(socket.inode());
        DescriptorLook look = take.look();
        UnixPeers peers = new UnixPeers(look);
        boolean listening = socket.isListening();
        boolean outside = !listening && peers.isOutside(socket, diag);
        boolean cut = outside && look.isCut(socket.d());
        if (outside && !cut && look.isStandardStream(socket.d())) {
            return socket.outside(id, take);
        }
        byte[] address = socket.view().localAddress();
        UnixName name = UnixName.of(socket);
        ObjectId peer = listening ? ObjectId.NONE : look.sockets().at(diag.peer());
        boolean byName = peer.equals(ObjectId.NONE) && diag.peer() != 0 && !cut;
        boolean connected = socket.view().isConnected();
        UnixSocket detail = new UnixSocket(
                name.place(),
                peer,
                byName ? Bytes.of(socket.view().peerAddress()) : Bytes.empty(),
                cut && socket.type() != SOCK_DGRAM ? BOTH : diag.shutdown(), // as the peer's end leaves it
                (Poll.now(socket.d().copy()) & Poll.POLLERR) != 0 ? Errno.ECONNRESET.code() : 0,
                connected ? credentials(socket, take.level()) : SocketCredentials.NONE,
                listening ? clients(diag, look) : List.of(),
                take.queues().of(socket.inode()),
                socket.filter(),
                !listening && diag.backlog() > 0 && look.sockets().isWaiting(socket.inode())
                        ? sent(socket, look)
                        : List.of());
        boolean bound = address.length > 2;
        Socket.State state = listening
                ? Socket.State.LISTENING
                : connected ? Socket.State.CONNECTED : bound ? Socket.State.BOUND : Socket.State.UNBOUND;
        return socket.record(
                id, take, state, bound ? address : new byte[0], listening ? diag.backlog() : 0, name, detail);
    }

    private static List<ObjectId> clients(UnixDiag diag, DescriptorLook look) {
        List<ObjectId> clients = new ArrayList<>();
        for (int inode : diag.clients()) {
            clients.add(look.sockets().at(inode));
        }
        return clients;
    }

    // struct ucred { pid_t pid; uid_t uid; gid_t gid; }
    private static SocketCredentials credentials(LiveSocket socket, IdLevel level) {
        byte[] ucred = socket.view().option(SOL_SOCKET, Sockets.SO_PEERCRED);
        ByteBuffer in = ByteBuffer.wrap(ucred).order(ByteOrder.LITTLE_ENDIAN);
        return ucred.length < 12
                ? SocketCredentials.NONE
                : new SocketCredentials(FileOwners.id(in.getInt(), level), in.getInt(), in.getInt());
    }

    static boolean isShutDown(UnixDiag diag) {
        return (diag.shutdown() & BOTH) == BOTH;
    }
}
