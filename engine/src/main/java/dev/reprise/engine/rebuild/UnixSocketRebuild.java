package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.Sockets.SOCK_DGRAM;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_accept4;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_connect;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_listen;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_sendto;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_shutdown;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_socket;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_socketpair;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.Socket;
import dev.reprise.image.state.UnixSocket;
import dev.reprise.kernel.Sockets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * UNIX sockets.
 *
 * <p>Connected ones come from socketpair(2) and get their names afterwards: bind(2) does not mind. Only an abstract name
 * that several share, a listening socket and those that it has accepted, takes a real accept(2).
 */
final class UnixSocketRebuild {
    private final ProgramBuilder p;
    private final OpenFiles files;
    private final SocketOptionsRebuild options;
    private final UnixNames names;
    private final PeerIdentity identity;
    private final Set<ObjectId> created = new HashSet<>();
    /** The other ends that nobody has any more, by the socket that had them as its peer. */
    private final Map<ObjectId, Step> gone = new HashMap<>();

    UnixSocketRebuild(ProgramBuilder p, OpenFiles files) {
        this.p = p;
        this.files = files;
        this.options = new SocketOptionsRebuild(p);
        this.names = new UnixNames(p, files);
        this.identity = new PeerIdentity(p);
    }

    static UnixSocket unix(Socket socket) {
        return (UnixSocket) socket.detail();
    }

    void create(Socket socket) {
        if (!created.add(socket.id())) {
            return;
        }
        Socket peer = peer(socket);
        if (isPaired(socket, peer)) {
            if (peer != null) {
                created.add(peer.id());
            }
            pair(socket, peer);
        } else {
            files.place(p, p.call(SYS_socket, socket.domain(), socket.type(), socket.protocol()), socket);
        }
    }

    // Without a peer in the image, a connected one had a peer that is gone, unless it waits to be accepted.
    private boolean isPaired(Socket socket, @Nullable Socket peer) {
        if (peer == null) {
            return socket.state() == Socket.State.CONNECTED
                    && unix(socket).peerName().isEmpty()
                    && !names.isWaiting(socket);
        }
        if (socket.type() == SOCK_DGRAM) {
            // Whoever has no name can have been connected to by socketpair(2) only.
            return !peer.id().equals(socket.id())
                    && (peer.localAddress().isEmpty()
                            || socket.localAddress().isEmpty()
                                    && unix(peer).peer().equals(socket.id()));
        }
        return names.acceptedBy(socket) == null && names.acceptedBy(peer) == null;
    }

    @Nullable
    private Socket peer(Socket socket) {
        ObjectId peer = unix(socket).peer();
        return peer.equals(ObjectId.NONE) ? null : (Socket) files.object(peer);
    }

    private void pair(Socket socket, @Nullable Socket peer) {
        Slot numbers = p.space(8);
        identity.as(
                unix(socket).credentials(),
                () -> p.call(
                        SYS_socketpair,
                        Arg.of(socket.domain()),
                        Arg.of(socket.type()),
                        Arg.of(socket.protocol()),
                        numbers));
        Step first = files.park(p, p.load4(numbers));
        Step second = files.park(p, p.load4(numbers.plus(4)));
        files.placeParked(p, first, socket);
        p.call(SYS_close, first);
        if (peer == null) {
            gone.put(socket.id(), second);
        } else {
            files.placeParked(p, second, peer);
            p.call(SYS_close, second);
        }
    }

    /** Names, listening, peers, queues; then all else that a socket has. */
    void connectAll() {
        names.open();
        for (Socket socket : names.all()) {
            if (names.acceptedBy(socket) == null) {
                names.bind(socket);
            }
            if (socket.state() == Socket.State.LISTENING) {
                int room = Math.max(socket.backlog(), unix(socket).pending().size());
                p.call(SYS_listen, files.numberOf(socket), room).about("socket " + files.numberOf(socket));
            }
        }
        for (Socket socket : names.all()) {
            Socket listening = names.acceptedBy(socket);
            if (listening != null) {
                accept(socket, listening);
            }
        }
        UnixQueueRebuild queues = new UnixQueueRebuild(p, files, names, gone);
        names.all().stream().filter(socket -> socket.type() == SOCK_DGRAM).forEach(queues::fill);
        names.all().forEach(this::connect);
        names.all().stream().filter(socket -> socket.type() != SOCK_DGRAM).forEach(queues::fill);
        names.all().forEach(this::finish);
        names.close();
    }

    // Its peer is the client, and has been made as a socket of its own; it itself is made only now.
    private void accept(Socket socket, Socket listening) {
        Socket client = peer(socket);
        if (client == null) {
            return;
        }
        names.towards(
                listening,
                (address, length) -> identity.as(
                        unix(socket).credentials(),
                        () -> p.call(SYS_connect, Arg.of(files.numberOf(client)), address, length)));
        files.place(p, p.call(SYS_accept4, names.listener(listening), Arg.of(0), Arg.of(0), Arg.of(0)), socket);
    }

    private void connect(Socket socket) {
        UnixSocket unix = unix(socket);
        int number = files.numberOf(socket);
        for (ObjectId client : unix.pending()) {
            names.towards(
                    socket,
                    (address, length) -> p.call(SYS_connect, Arg.of(files.numberOf(client)), address, length)
                            .about("socket " + files.numberOf(client)));
            UnixQueueRebuild.send(p, files, (Socket) files.object(client));
        }
        if (!unix.peerName().isEmpty()) {
            byte[] name = unix.peerName().toArray();
            p.call(SYS_connect, Arg.of(number), p.bytes(name), Arg.of(name.length))
                    .about("socket " + number + " to " + SocketAddresses.describe(name));
        }
        Socket peer = peer(socket);
        if (peer != null && socket.type() == SOCK_DGRAM && !peer.localAddress().isEmpty()) {
            names.towards(
                    peer,
                    (address, length) ->
                            p.call(SYS_connect, Arg.of(number), address, length).about("socket " + number));
        }
    }

    private void finish(Socket socket) {
        UnixSocket unix = unix(socket);
        int number = files.numberOf(socket);
        Step peer = gone.get(socket.id());
        if (peer != null) {
            if (unix.error() != 0) {
                // What the other end has not read when it is closed makes this end's next call fail.
                p.call(
                        SYS_sendto,
                        Arg.of(number),
                        p.bytes(new byte[1]),
                        Arg.of(1),
                        Arg.of(Sockets.MSG_DONTWAIT | Sockets.MSG_NOSIGNAL),
                        Arg.of(0),
                        Arg.of(0));
            }
            p.call(SYS_close, peer);
        } else if (unix.shutdown() != 0) {
            p.call(SYS_shutdown, number, unix.shutdown() - 1).about("socket " + number);
        }
        SocketOwner.set(p, number, socket);
        SocketRebuild.attach(p, number, unix.filter());
        options.set(number, socket.options());
    }
}
