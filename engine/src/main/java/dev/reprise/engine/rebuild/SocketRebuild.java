package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.Sockets.SOL_SOCKET;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_bind;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_connect;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_listen;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setsockopt;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_shutdown;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_socket;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.InetSocket;
import dev.reprise.image.state.NetlinkSocket;
import dev.reprise.image.state.PacketSocket;
import dev.reprise.image.state.Socket;
import dev.reprise.image.state.TcpConnection;
import dev.reprise.image.state.UnixSocket;
import dev.reprise.kernel.Sockets;

/**
 * Sockets: each is made on its own ({@link #create}); what ties them together (names, peers, queues) follows when all
 * open files are there ({@link #connect}), since any of them may travel in a message.
 */
final class SocketRebuild {
    private static final int FILTER_ENTRY = 8;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_ADD_MEMBERSHIP = 1;
    private static final int SOL_PACKET = 263;
    private static final int PACKET_ADD_MEMBERSHIP = 1;
    private static final int PACKET_RX_RING = 5;
    private static final int PACKET_TX_RING = 13;
    private static final int PACKET_FANOUT = 18;

    private final ProgramBuilder p;
    private final OpenFiles files;
    private final SocketOptionsRebuild options;
    private final UnixSocketRebuild unix;
    private final TcpConnectionRebuild tcp;

    SocketRebuild(ProgramBuilder p, OpenFiles files) {
        this.p = p;
        this.files = files;
        this.options = new SocketOptionsRebuild(p);
        this.unix = new UnixSocketRebuild(p, files);
        this.tcp = new TcpConnectionRebuild(p, files);
    }

    void create(Socket socket) {
        switch (socket.detail()) {
            case UnixSocket _ -> unix.create(socket);
            case TcpConnection _ -> tcp.create(socket);
            case InetSocket inet -> {
                if (inet.unread().isEmpty()) {
                    plain(socket, inet.filter());
                    bound(socket);
                } else {
                    withQueue(socket, inet);
                }
                options.setLate(files.numberOf(socket), socket.options());
                inet(socket, inet);
            }
            case NetlinkSocket netlink -> {
                plain(socket, netlink.filter());
                bound(socket);
                netlink(socket, netlink);
            }
            case PacketSocket packet -> {
                plain(socket, packet.filter());
                bound(socket);
                for (Bytes membership : packet.memberships()) {
                    set(socket, SOL_PACKET, PACKET_ADD_MEMBERSHIP, membership);
                }
                packet(socket, packet);
            }
        }
    }

    /** When all open files are there. */
    void connect() {
        unix.connectAll();
        tcp.connectAll();
        for (Socket socket : files.all(Socket.class)) {
            files.setFlags(p, socket);
        }
    }

    private void plain(Socket socket, Bytes filter) {
        files.place(p, p.call(SYS_socket, socket.domain(), socket.type(), socket.protocol()), socket);
        attach(p, files.numberOf(socket), filter);
        options.set(files.numberOf(socket), socket);
        SocketOwner.set(p, files.numberOf(socket), socket);
    }

    // What lies in the queue may have come before its filter and its peer.
    private void withQueue(Socket socket, InetSocket inet) {
        int number = files.numberOf(socket);
        files.place(p, p.call(SYS_socket, socket.domain(), socket.type(), socket.protocol()), socket);
        options.setUnlocked(number, socket.options());
        SocketOwner.set(p, number, socket);
        bound(socket);
        new DatagramQueueRebuild(p).fill(socket, number, inet.unread());
        attach(p, number, inet.filter());
        options.lockFilter(number, socket.options());
    }

    // Connections in TIME_WAIT that the socket had accepted must not keep it from its port.
    private void bound(Socket socket) {
        if (socket.localAddress().isEmpty()) {
            return;
        }
        int number = files.numberOf(socket);
        boolean tcp = Sockets.isTcp(socket.protocol()) && socket.domain() != Sockets.AF_NETLINK;
        if (tcp) {
            options.setNumber(number, SOL_SOCKET, Sockets.SO_REUSEADDR, 1);
        }
        byte[] address = socket.localAddress().toArray();
        p.call(SYS_bind, Arg.of(number), p.bytes(address), Arg.of(address.length))
                .about("socket " + number + " to " + SocketAddresses.describe(address));
        if (socket.state() == Socket.State.LISTENING) {
            p.call(SYS_listen, number, socket.backlog()).about("socket " + number);
        }
        if (tcp) {
            int reuse = SocketOptionsRebuild.value(socket.options(), SOL_SOCKET, Sockets.SO_REUSEADDR);
            options.setNumber(number, SOL_SOCKET, Sockets.SO_REUSEADDR, reuse);
        }
    }

    private void inet(Socket socket, InetSocket inet) {
        int number = files.numberOf(socket);
        Memberships.join(p, socket, number, inet.memberships());
        connect(number, inet.peerAddress());
        if (inet.shutdown() != 0) {
            p.attempt(SYS_shutdown, number, inet.shutdown() - 1);
        }
    }

    private void netlink(Socket socket, NetlinkSocket netlink) {
        byte[] groups = netlink.groups().toArray();
        for (int group = 1; group <= groups.length * Byte.SIZE; group++) {
            if ((groups[(group - 1) / Byte.SIZE] >> ((group - 1) % Byte.SIZE) & 1) != 0) {
                options.setNumber(files.numberOf(socket), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group);
            }
        }
        connect(files.numberOf(socket), netlink.peerAddress());
    }

    private void packet(Socket socket, PacketSocket packet) {
        if (!packet.receiveRing().isEmpty()) {
            set(socket, SOL_PACKET, PACKET_RX_RING, packet.receiveRing());
        }
        if (!packet.sendRing().isEmpty()) {
            set(socket, SOL_PACKET, PACKET_TX_RING, packet.sendRing());
        }
        if (packet.fanout() != 0) {
            options.setNumber(files.numberOf(socket), SOL_PACKET, PACKET_FANOUT, packet.fanout());
        }
    }

    private void connect(int number, Bytes address) {
        if (!address.isEmpty()) {
            p.call(SYS_connect, Arg.of(number), p.bytes(address.toArray()), Arg.of(address.length()))
                    .about("socket " + number + " to " + SocketAddresses.describe(address.toArray()));
        }
    }

    private void set(Socket socket, int level, int name, Bytes value) {
        p.call(
                        SYS_setsockopt,
                        Arg.of(files.numberOf(socket)),
                        Arg.of(level),
                        Arg.of(name),
                        p.bytes(value.toArray()),
                        Arg.of(value.length()))
                .about("option " + level + "." + name + " of socket " + files.numberOf(socket));
    }

    /** A classic BPF program; before the options, which may lock it. */
    static void attach(ProgramBuilder p, int number, Bytes filter) {
        if (!filter.isEmpty()) {
            attach(p, number, Sockets.SO_ATTACH_FILTER, filter);
        }
    }

    /** The same by the option {@code name}. */
    static void attach(ProgramBuilder p, int number, int name, Bytes filter) {
        // struct sock_fprog { u16 len; struct sock_filter *filter; }
        Slot program = p.space(16);
        p.store8(program, Arg.of(filter.length() / FILTER_ENTRY));
        p.store8(program.plus(8), p.bytes(filter.toArray()));
        p.call(SYS_setsockopt, Arg.of(number), Arg.of(SOL_SOCKET), Arg.of(name), program, Arg.of(16))
                .about("filter of socket " + number);
    }

    /** After the credentials: peers are shown those of the one who called listen(2) last. */
    void listenAgain(Socket socket) {
        if (socket.domain() == Sockets.AF_UNIX && socket.state() == Socket.State.LISTENING) {
            p.call(SYS_listen, files.numberOf(socket), socket.backlog()).about("socket " + files.numberOf(socket));
        }
    }
}
