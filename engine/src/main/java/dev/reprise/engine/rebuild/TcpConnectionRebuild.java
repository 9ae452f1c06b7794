package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.Sockets.IPPROTO_TCP;
import static dev.reprise.kernel.Sockets.SOL_SOCKET;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_bind;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_connect;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_nanosleep;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_sendto;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setsockopt;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_shutdown;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_socket;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.Socket;
import dev.reprise.image.state.TcpConnection;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Sockets;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * TCP connections between ends that are both here.
 *
 * <p>Each end is connected in repair mode, without a handshake, to sequence numbers that the plan chooses; when both are
 * there, repair mode ends, and what lay in the queues is sent again. What a connection looks like at its end comes about
 * as it did: by shutdown(2) and close(2).
 */
final class TcpConnectionRebuild {
    private static final int TCPI_OPT_TIMESTAMPS = 1;
    private static final int TCPI_OPT_SACK = 2;
    private static final int TCPI_OPT_WSCALE = 4;
    private static final int TCPOPT_MSS = 2;
    private static final int TCPOPT_WINDOW = 3;
    private static final int TCPOPT_SACK_PERM = 4;
    private static final int TCPOPT_TIMESTAMP = 8;
    private static final int SEQUENCE_STEP = 0x01000193;
    /** A connection's end in TIME_WAIT makes way after a second, on the loopback device (tcp_tw_reuse). */
    private static final long SECOND_NANOS = 1_100_000_000L;

    private static final int BYTES_OVERHEAD = 1 << 20;

    private final ProgramBuilder p;
    private final OpenFiles files;
    private final SocketOptionsRebuild options;
    private final Map<ObjectId, Step> gone = new HashMap<>();

    TcpConnectionRebuild(ProgramBuilder p, OpenFiles files) {
        this.p = p;
        this.files = files;
        this.options = new SocketOptionsRebuild(p);
    }

    private static TcpConnection tcp(Socket socket) {
        return (TcpConnection) socket.detail();
    }

    void create(Socket socket) {
        files.place(p, p.call(SYS_socket, socket.domain(), socket.type(), socket.protocol()), socket);
        int number = files.numberOf(socket);
        options.setUnlocked(number, socket.options());
        SocketOwner.set(p, number, socket);
        TcpConnection tcp = tcp(socket);
        if (isWaiting(tcp)) {
            return;
        }
        TcpEnds ends = TcpEnds.of(socket);
        int own = sequence(socket.id());
        int other = tcp.peer().equals(ObjectId.NONE) ? own + SEQUENCE_STEP / 2 : sequence(tcp.peer());
        connect(Arg.of(number), tcp, ends.own(), ends.other(), own, other);
        if (tcp.peer().equals(ObjectId.NONE)) {
            Step peer = files.park(p, p.call(SYS_socket, socket.domain(), socket.type(), socket.protocol()));
            connect(peer, tcp, ends.other(), ends.own(), other, own);
            gone.put(socket.id(), peer);
        }
    }

    // Its other end is in the queue of a listening socket, where only a handshake leads.
    private boolean isWaiting(TcpConnection tcp) {
        return !tcp.peer().equals(ObjectId.NONE)
                && files.object(tcp.peer()) instanceof Socket peer
                && peer.state() == Socket.State.LISTENING;
    }

    private static int sequence(ObjectId id) {
        return id.value() * SEQUENCE_STEP;
    }

    private void connect(Arg number, TcpConnection tcp, byte[] own, byte[] other, int sent, int received) {
        set(number, Sockets.TCP_REPAIR, Sockets.TCP_REPAIR_ON);
        set(number, Sockets.TCP_REPAIR_QUEUE, Sockets.TCP_SEND_QUEUE);
        set(number, Sockets.TCP_QUEUE_SEQ, sent);
        set(number, Sockets.TCP_REPAIR_QUEUE, Sockets.TCP_RECV_QUEUE);
        set(number, Sockets.TCP_QUEUE_SEQ, received);
        set(number, Sockets.TCP_REPAIR_QUEUE, 0);
        String about = SocketAddresses.describe(own) + " to " + SocketAddresses.describe(other);
        p.call(SYS_bind, number, p.bytes(own), Arg.of(own.length)).about(about);
        Label done = p.label();
        Step first = p.attempt(SYS_connect, number, p.bytes(other), Arg.of(other.length));
        p.jumpIfEqual(first, Arg.of(0), done);
        Label fail = p.label();
        Label again = p.label();
        p.jumpIfEqual(first, Arg.of(-Errno.EADDRNOTAVAIL.code()), again);
        p.go(fail);
        p.place(again);
        p.attempt(SYS_nanosleep, p.longs(SECOND_NANOS / 1_000_000_000, SECOND_NANOS % 1_000_000_000), Arg.of(0));
        p.place(fail);
        p.call(SYS_connect, number, p.bytes(other), Arg.of(other.length)).about(about);
        p.place(done);
        byte[] agreed = agreed(tcp);
        p.call(
                        SYS_setsockopt,
                        number,
                        Arg.of(IPPROTO_TCP),
                        Arg.of(Sockets.TCP_REPAIR_OPTIONS),
                        p.bytes(agreed),
                        Arg.of(agreed.length))
                .about(about);
    }

    // struct tcp_repair_opt { u32 opt_code, opt_val; }[]
    private static byte[] agreed(TcpConnection tcp) {
        List<Integer> words = new ArrayList<>(List.of(TCPOPT_MSS, tcp.segment()));
        if ((tcp.options() & TCPI_OPT_WSCALE) != 0) {
            words.addAll(List.of(TCPOPT_WINDOW, tcp.windowScales()));
        }
        if ((tcp.options() & TCPI_OPT_SACK) != 0) {
            words.addAll(List.of(TCPOPT_SACK_PERM, 0));
        }
        if ((tcp.options() & TCPI_OPT_TIMESTAMPS) != 0) {
            words.addAll(List.of(TCPOPT_TIMESTAMP, 0));
        }
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * words.size()).order(ByteOrder.LITTLE_ENDIAN);
        words.forEach(bytes::putInt);
        return bytes.array();
    }

    private void set(Arg number, int name, int value) {
        p.call(SYS_setsockopt, number, Arg.of(IPPROTO_TCP), Arg.of(name), p.ints(value), Arg.of(4))
                .about("a TCP connection");
    }

    /** Queues and ends, when all sockets are there; listening ones listen. */
    void connectAll() {
        List<Socket> connections = new ArrayList<>();
        for (Socket socket : files.all(Socket.class)) {
            if (socket.detail() instanceof TcpConnection tcp) {
                if (isWaiting(tcp)) {
                    shake(socket, tcp);
                } else {
                    connections.add(socket);
                }
            }
        }
        for (Socket socket : connections) {
            set(Arg.of(files.numberOf(socket)), Sockets.TCP_REPAIR, Sockets.TCP_REPAIR_OFF);
            Step peer = gone.get(socket.id());
            if (peer != null) {
                set(peer, Sockets.TCP_REPAIR, Sockets.TCP_REPAIR_OFF);
            }
        }
        connections.forEach(this::fill);
        connections.forEach(this::end);
        for (Socket socket : files.all(Socket.class)) {
            if (socket.detail() instanceof TcpConnection tcp) {
                SocketRebuild.attach(p, files.numberOf(socket), tcp.filter());
                options.lockFilter(files.numberOf(socket), socket.options());
                options.setLate(files.numberOf(socket), socket.options());
                // Repair mode ends with SO_REUSEADDR off.
                options.setNumber(
                        files.numberOf(socket),
                        SOL_SOCKET,
                        Sockets.SO_REUSEADDR,
                        SocketOptionsRebuild.value(socket.options(), SOL_SOCKET, Sockets.SO_REUSEADDR));
            }
        }
    }

    private void shake(Socket socket, TcpConnection tcp) {
        int number = files.numberOf(socket);
        byte[] own = socket.localAddress().toArray();
        byte[] other = tcp.peerAddress().toArray();
        String about = SocketAddresses.describe(own) + " to " + SocketAddresses.describe(other);
        options.setNumber(number, SOL_SOCKET, Sockets.SO_REUSEADDR, 1);
        p.call(SYS_bind, Arg.of(number), p.bytes(own), Arg.of(own.length)).about(about);
        p.call(SYS_connect, Arg.of(number), p.bytes(other), Arg.of(other.length))
                .about(about);
        if (!tcp.unsent().isEmpty()) {
            send(Arg.of(number), tcp.unsent().toArray(), TcpConnection.NOT_URGENT);
        }
        if (tcp.shutdown() != 0) {
            p.call(SYS_shutdown, number, tcp.shutdown() - 1).about(about);
        }
    }

    // All that this end is still to read has to be sent by the other.
    private void fill(Socket socket) {
        TcpConnection tcp = tcp(socket);
        Step peer = gone.get(socket.id());
        byte[] unread = tcp.unread().toArray();
        byte[] unsent =
                peer == null ? tcp((Socket) files.object(tcp.peer())).unsent().toArray() : new byte[0];
        byte[] all = Arrays.copyOf(unread, unread.length + unsent.length);
        System.arraycopy(unsent, 0, all, unread.length, unsent.length);
        if (all.length == 0) {
            return;
        }
        Arg sender = peer == null ? Arg.of(files.numberOf(tcp.peer())) : peer;
        send(sender, all, tcp.urgentAt());
        if (peer == null) {
            options.set(
                    files.numberOf(tcp.peer()),
                    SocketOptionsRebuild.buffers(((Socket) files.object(tcp.peer())).options()));
        }
    }

    // The urgent byte is the last of what is sent with MSG_OOB.
    private void send(Arg sender, byte[] all, int urgentAt) {
        SendBuffer.withRoom(p, sender, 2L * all.length + BYTES_OVERHEAD, () -> {
            int urgentEnd = Math.min(urgentAt + 1, all.length);
            if (urgentEnd > 0) {
                sendNow(sender, Arrays.copyOf(all, urgentEnd), Sockets.MSG_OOB);
            }
            if (urgentEnd < all.length) {
                sendNow(sender, Arrays.copyOfRange(all, urgentEnd, all.length), 0);
            }
        });
    }

    private void sendNow(Arg sender, byte[] bytes, int flags) {
        p.expect(
                        bytes.length,
                        SYS_sendto,
                        sender,
                        p.bytes(bytes),
                        Arg.of(bytes.length),
                        Arg.of(flags | Sockets.MSG_DONTWAIT | Sockets.MSG_NOSIGNAL),
                        Arg.of(0),
                        Arg.of(0))
                .about("the queue of a TCP connection");
    }

    private void end(Socket socket) {
        TcpConnection tcp = tcp(socket);
        int number = files.numberOf(socket);
        Step peer = gone.get(socket.id());
        if (tcp.shutdown() != 0) {
            p.attempt(SYS_shutdown, number, tcp.shutdown() - 1);
        }
        if (peer != null) {
            if (tcp.ending() == TcpConnection.Ending.RESET) {
                // struct linger { int l_onoff, l_linger; }: no seconds left is a reset
                p.call(SYS_setsockopt, peer, Arg.of(SOL_SOCKET), Arg.of(Sockets.SO_LINGER), p.ints(1, 0), Arg.of(8));
            }
            p.call(SYS_close, peer);
        }
    }
}
