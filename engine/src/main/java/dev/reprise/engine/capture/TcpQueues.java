package dev.reprise.engine.capture;

import static dev.reprise.kernel.Sockets.IPPROTO_TCP;
import static dev.reprise.kernel.Sockets.SOL_SOCKET;

import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.TcpConnection;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Poll;
import dev.reprise.kernel.SocketPeek;
import dev.reprise.kernel.Sockets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What TCP connections hold: the bytes that wait to be read, and those written that the other end has not received.
 *
 * <p>The former are seen with MSG_PEEK. The latter only in repair mode, which is a state of the socket: the frozen
 * process itself ends it, whatever becomes of us ({@link ChangeGuard}). Where all is acknowledged there are none.
 */
final class TcpQueues {
    /** Both ends' queues are of one moment when nothing has come in between; timers of the kernel may send. */
    private static final int MOMENTS = 100;

    private final DescriptorOpener opener;
    private final ChangeGuard guard;
    private final DescriptorLook look;
    private final Map<Long, Queue> known = new HashMap<>();
    private final Map<Long, Integer> urgent = new HashMap<>();

    TcpQueues(DescriptorOpener opener, ChangeGuard guard, DescriptorLook look) {
        this.opener = opener;
        this.guard = guard;
        this.look = look;
    }

    /** Opens what a description stands for. */
    interface DescriptorOpener {
        LiveDescriptor open(Descriptions.Description one) throws KernelException;
    }

    /** One end's; {@code urgent}: see {@link TcpConnection#urgentAt}. */
    @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
    record Queue(byte[] unread, byte[] unsent, int urgent) {}

    @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
    private record Sent(byte[] data, int next) {}

    /** Of one end; the other end's is found at the same moment. */
    Queue of(LiveSocket socket, TcpPeer peer) throws KernelException {
        if (peer.whereabouts() != TcpPeer.Whereabouts.INSIDE) {
            byte[] waiting = peer.whereabouts() == TcpPeer.Whereabouts.WAITING && peer.unread() > 0
                    ? waiting(socket, peer)
                    : new byte[0];
            return queue(socket, unread(socket), waiting);
        }
        Queue queue = known.get(socket.inode());
        if (queue == null) {
            readBoth(socket, peer.id());
            queue = known.get(socket.inode());
        }
        if (queue == null) {
            throw new IllegalStateException("no queue of " + socket.d().link());
        }
        return queue;
    }

    private void readBoth(LiveSocket socket, ObjectId peer) throws KernelException {
        try (LiveDescriptor d = opener.open(look.descriptions().withId(peer))) {
            LiveSocket other = LiveSocket.of(d);
            for (int i = 0; i < MOMENTS; i++) {
                int before = socket.view().unsentBytes() + other.view().unsentBytes();
                if (before == 0) {
                    known.put(socket.inode(), queue(socket, unread(socket), new byte[0]));
                    known.put(other.inode(), queue(other, unread(other), new byte[0]));
                    return;
                }
                if (readAtOneMoment(socket, other)) {
                    return;
                }
            }
            look.refuseForNow(
                    socket.d(), "TCP connection in motion", "bytes are on their way between its ends", "try again");
            known.put(socket.inode(), new Queue(new byte[0], new byte[0], TcpConnection.NOT_URGENT));
        }
    }

    private boolean readAtOneMoment(LiveSocket one, LiveSocket other) throws KernelException {
        int oneReceived = sequence(one, Sockets.TCP_RECV_QUEUE);
        int otherReceived = sequence(other, Sockets.TCP_RECV_QUEUE);
        byte[] oneUnread = unread(one);
        byte[] otherUnread = unread(other);
        byte[] oneUnsent = unsent(one, otherReceived);
        byte[] otherUnsent = unsent(other, oneReceived);
        if (sequence(one, Sockets.TCP_RECV_QUEUE) != oneReceived
                || sequence(other, Sockets.TCP_RECV_QUEUE) != otherReceived) {
            return false;
        }
        known.put(one.inode(), queue(one, oneUnread, oneUnsent));
        known.put(other.inode(), queue(other, otherUnread, otherUnsent));
        return true;
    }

    private Queue queue(LiveSocket socket, byte[] unread, byte[] unsent) {
        return new Queue(unread, unsent, urgent.getOrDefault(socket.inode(), TcpConnection.NOT_URGENT));
    }

    // Sent on a connection that nobody has accepted: in the queue of an end that nobody has.
    private byte[] waiting(LiveSocket client, TcpPeer peer) throws KernelException {
        byte[] address = client.view().localAddress();
        try (LiveDescriptor d = opener.open(look.descriptions().withId(peer.id()))) {
            Optional<TcpBuffers.Unread> waiting =
                    look.kernel().of(memory -> new TcpBuffers(memory).waiting(d.copy(), address));
            byte[] data = waiting.map(TcpBuffers.Unread::data).orElse(new byte[0]);
            // A client that has ended is counted, too.
            boolean isWhole = waiting.isPresent()
                    && waiting.get().urgent() < 0
                    && client.view().unsentBytes() == 0
                    && (data.length == peer.unread() || data.length == peer.unread() - 1);
            if (!isWhole) {
                look.refuseForNow(
                        client.d(),
                        "TCP connection with a queue",
                        "nobody has accepted it, and what has been sent on it cannot be seen "
                                + look.kernel().whyNot(),
                        "try again when it is accepted");
            }
            return data;
        }
    }

    // All of it, behind an urgent byte, too.
    private byte @Nullable [] withUrgent(LiveSocket socket) throws KernelException {
        if ((Poll.now(socket.d().copy()) & Poll.POLLPRI) == 0) {
            return null;
        }
        TcpBuffers.Unread all = look.kernel()
                .of(memory -> new TcpBuffers(memory).of(socket.d().copy()))
                .orElse(null);
        if (all == null) {
            look.refuseForNow(
                    socket.d(),
                    "TCP socket with urgent data",
                    "a byte of MSG_OOB waits: " + look.kernel().whyNot(),
                    "try again when the program has seen it");
            return new byte[0];
        }
        urgent.put(socket.inode(), all.urgent());
        return all.data();
    }

    private byte[] unread(LiveSocket socket) throws KernelException {
        byte[] all = withUrgent(socket);
        if (all != null) {
            return all;
        }
        int length = socket.view().unreadBytes();
        if (length == 0) {
            return new byte[0];
        }
        int offset = peekOffset(socket);
        if (offset < 0) {
            return peek(socket, length);
        }
        byte[][] found = {new byte[0]};
        guard.during(socket.d(), List.of(new ChangeGuard.Setting(SOL_SOCKET, Sockets.SO_PEEK_OFF, offset)), () -> {
            socket.view().set(SOL_SOCKET, Sockets.SO_PEEK_OFF, -1);
            found[0] = peek(socket, length);
        });
        return found[0];
    }

    // Kernels before 6.9 do not have it for TCP.
    private static int peekOffset(LiveSocket socket) throws KernelException {
        return socket.view().option(SOL_SOCKET, Sockets.SO_PEEK_OFF).length == 0
                ? -1
                : socket.view().number(SOL_SOCKET, Sockets.SO_PEEK_OFF);
    }

    private static byte[] peek(LiveSocket socket, int length) throws KernelException {
        SocketPeek peek = SocketPeek.next(socket.d().copy(), length);
        if (peek == null) {
            return new byte[0];
        }
        peek.files().forEach(Fd::close);
        return peek.data();
    }

    private byte[] unsent(LiveSocket socket, int received) throws KernelException {
        int waiting = socket.view().unsentBytes();
        if (waiting == 0) {
            return new byte[0];
        }
        Sent[] sent = new Sent[1];
        repair(socket, () -> {
            socket.view().set(IPPROTO_TCP, Sockets.TCP_REPAIR_QUEUE, Sockets.TCP_SEND_QUEUE);
            sent[0] = new Sent(peek(socket, waiting + 1), socket.view().number(IPPROTO_TCP, Sockets.TCP_QUEUE_SEQ));
        });
        int end = sent[0].next() - (TcpState.of(socket).hasEndInQueue() ? 1 : 0);
        int missing = Math.max(0, Math.min(end - received, sent[0].data().length));
        return Arrays.copyOfRange(sent[0].data(), sent[0].data().length - missing, sent[0].data().length);
    }

    private int sequence(LiveSocket socket, int queue) throws KernelException {
        int[] sequence = new int[1];
        repair(socket, () -> {
            socket.view().set(IPPROTO_TCP, Sockets.TCP_REPAIR_QUEUE, queue);
            sequence[0] = socket.view().number(IPPROTO_TCP, Sockets.TCP_QUEUE_SEQ);
        });
        return sequence[0];
    }

    // The end of repair mode forgets SO_REUSEADDR (do_tcp_setsockopt).
    private void repair(LiveSocket socket, dev.reprise.engine.tracee.GuardedChange.Work work) throws KernelException {
        int reuse = socket.view().number(SOL_SOCKET, Sockets.SO_REUSEADDR);
        guard.during(
                socket.d(),
                List.of(
                        new ChangeGuard.Setting(IPPROTO_TCP, Sockets.TCP_REPAIR, Sockets.TCP_REPAIR_OFF_NO_WP),
                        new ChangeGuard.Setting(SOL_SOCKET, Sockets.SO_REUSEADDR, reuse)),
                () -> {
                    socket.view().set(IPPROTO_TCP, Sockets.TCP_REPAIR, Sockets.TCP_REPAIR_ON);
                    work.run();
                });
    }
}
