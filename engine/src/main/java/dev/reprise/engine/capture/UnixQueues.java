package dev.reprise.engine.capture;

import static dev.reprise.kernel.Sockets.SOCK_DGRAM;
import static dev.reprise.kernel.Sockets.SOCK_SEQPACKET;
import static dev.reprise.kernel.Sockets.SOCK_STREAM;
import static dev.reprise.kernel.Sockets.SOL_SOCKET;
import static dev.reprise.kernel.Sockets.SO_PEEK_OFF;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.SocketCredentials;
import dev.reprise.image.state.SocketMessage;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Poll;
import dev.reprise.kernel.SocketPeek;
import dev.reprise.kernel.Sockets;
import dev.reprise.kernel.UnixDiag;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What lies unread in the queues of frozen UNIX sockets, and the open files that travel in it.
 *
 * <p>MSG_PEEK shows the first message only. Those behind it are seen with SO_PEEK_OFF, which is state of the socket: the
 * frozen process itself puts it back, whatever becomes of us ({@link ChangeGuard}).
 */
final class UnixQueues {
    private static final int SO_PASSCRED = 16;
    private static final int SO_PASSPIDFD = 76;
    private static final int FIRST_SIZE = 1 << 18;
    private static final int LARGEST = 1 << 28;

    private final DescriptorLook look;
    private final InFlight inFlight;
    private final ChangeGuard guard;
    private final IdLevel level;
    private final Map<Long, List<SocketMessage>> queues = new HashMap<>();

    UnixQueues(DescriptorLook look, InFlight inFlight, ChangeGuard guard, IdLevel level) {
        this.level = level;
        this.look = look;
        this.inFlight = inFlight;
        this.guard = guard;
    }

    /** The queue of the socket with an inode; empty before {@link #read}. */
    List<SocketMessage> of(long inode) {
        return queues.getOrDefault(inode, List.of());
    }

    /** Reads the queue of a socket that no look has refused. */
    void read(LiveSocket socket) throws KernelException {
        UnixDiag diag = UnixDiag.of(socket.inode());
        if (socket.isListening() || isEmpty(socket, diag)) {
            return;
        }
        if (socket.type() == SOCK_STREAM && (Poll.now(socket.d().copy()) & Poll.POLLPRI) != 0) {
            List<SocketMessage> all = withUrgent(socket, look);
            queues.put(socket.inode(), all == null ? List.of() : all); // which has been refused
            return;
        }
        int offset = socket.view().number(SOL_SOCKET, SO_PEEK_OFF);
        // Who is told of senders by descriptors (SO_PASSPIDFD) is asked for them by their credentials.
        boolean named = isSet(socket, SO_PASSPIDFD) && !isSet(socket, SO_PASSCRED);
        if (socket.type() == SOCK_STREAM && offset < 0 && !named && isReadAtOnce(socket, diag)) {
            return;
        }
        // Whoever looks at the messages takes the error away; UnixSocketCapture has refused the socket.
        if (socket.type() != SOCK_STREAM && (Poll.now(socket.d().copy()) & Poll.POLLERR) != 0) {
            return;
        }
        if (!guard.guards(socket.d())) {
            look.refuse(
                    socket.d(),
                    "UNIX socket with a queue in a message",
                    "it is on its way itself, and holds several messages",
                    "receive it first");
            return;
        }
        List<ChangeGuard.Setting> settings = new ArrayList<>();
        settings.add(new ChangeGuard.Setting(SOL_SOCKET, SO_PEEK_OFF, offset));
        if (named) {
            settings.add(new ChangeGuard.Setting(SOL_SOCKET, SO_PASSCRED, 0));
        }
        guard.during(socket.d(), settings, () -> {
            if (named) {
                socket.view().set(SOL_SOCKET, SO_PASSCRED, 1);
            }
            readAll(socket, diag);
        });
    }

    private static boolean isSet(LiveSocket socket, int option) throws KernelException {
        return socket.view().option(SOL_SOCKET, option).length > 0
                && socket.view().number(SOL_SOCKET, option) != 0;
    }

    /** A queue with an urgent byte in it, which nobody can look behind; null where it cannot be seen. */
    static @Nullable List<SocketMessage> withUrgent(LiveSocket socket, DescriptorLook look) {
        return look.kernel()
                .of(memory -> Optional.ofNullable(
                        new SocketBuffers(memory).waitingAt(socket.d().copy())))
                .orElse(Optional.empty())
                .map(pieces -> pieces.stream().map(UnixQueues::message).toList())
                .orElse(null);
    }

    static SocketMessage message(SocketBuffers.Piece piece) {
        return new SocketMessage(
                Bytes.of(piece.data()), Bytes.empty(), SocketCredentials.NONE, List.of(), piece.urgent());
    }

    // A message without a byte is counted as none, and nobody may look at it before readAll() does.
    private static boolean isEmpty(LiveSocket socket, UnixDiag diag) throws KernelException {
        boolean ended = (diag.shutdown() & Sockets.RCV_SHUTDOWN) != 0;
        boolean counted = socket.type() == SOCK_STREAM
                || socket.type() == SOCK_SEQPACKET && (ended || !socket.view().isConnected());
        return counted ? diag.waiting() == 0 : (Poll.now(socket.d().copy()) & Poll.POLLIN) == 0;
    }

    // All that there is in one message: then nothing has to be changed.
    private boolean isReadAtOnce(LiveSocket socket, UnixDiag diag) throws KernelException {
        SocketPeek first = SocketPeek.next(socket.d().copy(), diag.waiting());
        if (first == null) {
            return true;
        }
        if (!first.truncated() && first.data().length == diag.waiting()) {
            queues.put(socket.inode(), List.of(message(socket, first)));
            return true;
        }
        first.files().forEach(Fd::close);
        return false;
    }

    private void readAll(LiveSocket socket, UnixDiag diag) throws KernelException {
        boolean counted = socket.type() != SOCK_DGRAM;
        List<SocketMessage> messages = new ArrayList<>();
        int at = 0;
        int size = counted ? Math.max(diag.waiting(), 1) : FIRST_SIZE;
        // Beyond the end of a stream waits its error, which must not be read.
        while (socket.type() != SOCK_STREAM || at < diag.waiting()) {
            socket.view().set(SOL_SOCKET, SO_PEEK_OFF, at);
            SocketPeek next = SocketPeek.next(socket.d().copy(), size);
            boolean end = (diag.shutdown() & Sockets.RCV_SHUTDOWN) != 0 && at >= diag.waiting();
            if (next == null || counted && end && next.data().length == 0) {
                break;
            }
            if (next.truncated() && next.data().length == size && size < LARGEST) {
                next.files().forEach(Fd::close);
                size *= 2;
                continue;
            }
            messages.add(message(socket, next));
            at += next.data().length;
        }
        if (socket.type() != SOCK_STREAM) {
            requireFirst(socket, messages);
        }
        queues.put(socket.inode(), messages);
    }

    // With SO_PEEK_OFF the kernel shows a message without a byte once: what an earlier checkpoint has seen would be
    // lost.
    private void requireFirst(LiveSocket socket, List<SocketMessage> seen) throws KernelException {
        socket.view().set(SOL_SOCKET, SO_PEEK_OFF, -1);
        SocketPeek first = SocketPeek.next(socket.d().copy(), 1);
        if (first == null) {
            return;
        }
        first.files().forEach(Fd::close);
        if (first.data().length == 0
                && (seen.isEmpty() || !seen.getFirst().data().isEmpty())) {
            look.refuseForNow(
                    socket.d(),
                    "UNIX socket with an empty message",
                    "an earlier checkpoint has looked at it, and the kernel shows it once",
                    "try again when the program has read it");
        }
    }

    private SocketMessage message(LiveSocket socket, SocketPeek peek) throws KernelException {
        List<ObjectId> files = new ArrayList<>(peek.files().size());
        for (Fd file : peek.files()) {
            files.add(inFlight.idOf(file));
        }
        return new SocketMessage(
                Bytes.of(peek.data()),
                peek.address().length > 2 ? Bytes.of(peek.address()) : Bytes.empty(),
                credentials(socket, peek.credentials()),
                files);
    }

    private SocketCredentials credentials(LiveSocket socket, int[] ucred) {
        if (ucred.length == 0 || ucred[0] == 0) {
            return SocketCredentials.NONE;
        }
        if (!look.isInside(ucred[0])) {
            look.refuseForNow(
                    socket.d(),
                    "message with credentials",
                    "process " + ucred[0] + ", which sent it, is not among the processes",
                    "try again when the message is read");
        }
        return new SocketCredentials(FileOwners.id(ucred[0], level), ucred[1], ucred[2]);
    }
}
