package dev.reprise.engine.capture;

import static dev.reprise.kernel.Sockets.IPPROTO_TCP;
import static dev.reprise.kernel.Sockets.SOL_SOCKET;

import dev.reprise.image.state.ObjectId;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.SocketPeek;
import dev.reprise.kernel.Sockets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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

    TcpQueues(DescriptorOpener opener, ChangeGuard guard, DescriptorLook look) {
        this.opener = opener;
        this.guard = guard;
        this.look = look;
    }

    /** Opens what a description stands for. */
    interface DescriptorOpener {
        LiveDescriptor open(Descriptions.Description one) throws KernelException;
    }

    /** One end's. */
    @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
    record Queue(byte[] unread, byte[] unsent) {}

    @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
    private record Sent(byte[] data, int next) {}

    /** Of one end; the other end's is found at the same moment. */
    Queue of(LiveSocket socket, TcpPeer peer) throws KernelException {
        if (peer.whereabouts() != TcpPeer.Whereabouts.INSIDE) {
            return new Queue(unread(socket), new byte[0]);
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
                    known.put(socket.inode(), new Queue(unread(socket), new byte[0]));
                    known.put(other.inode(), new Queue(unread(other), new byte[0]));
                    return;
                }
                if (readAtOneMoment(socket, other)) {
                    return;
                }
            }
            look.refuseForNow(
                    socket.d(), "TCP connection in motion", "bytes are on their way between its ends", "try again");
            known.put(socket.inode(), new Queue(new byte[0], new byte[0]));
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
        known.put(one.inode(), new Queue(oneUnread, oneUnsent));
        known.put(other.inode(), new Queue(otherUnread, otherUnsent));
        return true;
    }

    private byte[] unread(LiveSocket socket) throws KernelException {
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
