package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.Sockets.SOCK_DGRAM;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_bind;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_socket;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.Socket;
import dev.reprise.image.state.SocketMessage;
import dev.reprise.image.state.UnixSocket;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What lies in the queues of UNIX sockets: sent again, by who sent it as far as that can be seen. */
final class UnixQueueRebuild {
    private static final int MESSAGE_OVERHEAD = 4096;

    private final ProgramBuilder p;
    private final OpenFiles files;
    private final UnixNames names;
    private final Map<ObjectId, Step> gone;
    private final SocketSend send;

    UnixQueueRebuild(ProgramBuilder p, OpenFiles files, UnixNames names, Map<ObjectId, Step> gone) {
        this.p = p;
        this.files = files;
        this.names = names;
        this.gone = gone;
        this.send = new SocketSend(p, files);
    }

    /** Adds: what a client has sent that waits to be accepted. */
    static void send(ProgramBuilder p, OpenFiles files, Socket client) {
        List<SocketMessage> sent = UnixSocketRebuild.unix(client).sent();
        if (!sent.isEmpty()) {
            Arg sender = Arg.of(files.numberOf(client));
            SocketSend send = new SocketSend(p, files);
            SendBuffer.withRoom(p, sender, room(sent), () -> sent.forEach(message -> send.message(sender, message)));
        }
    }

    void fill(Socket socket) {
        UnixSocket unix = UnixSocketRebuild.unix(socket);
        if (unix.unread().isEmpty()) {
            return;
        }
        Arg partner = partner(socket);
        if (partner != null) {
            withRoom(
                    partner,
                    unix,
                    () -> unix.unread().forEach(message -> {
                        Socket sender = senderOf(socket, message);
                        if (sender == null
                                || socket.type() != SOCK_DGRAM
                                || socket.localAddress().isEmpty()) {
                            send.message(partner, message);
                        } else {
                            towards(socket, Arg.of(files.numberOf(sender)), message);
                        }
                    }));
        } else {
            unix.unread().forEach(message -> fromAnybody(socket, message));
        }
    }

    // The one that sends to it without an address.
    private @Nullable Arg partner(Socket socket) {
        Step other = gone.get(socket.id());
        if (other != null) {
            return other;
        }
        ObjectId peer = UnixSocketRebuild.unix(socket).peer();
        if (peer.equals(ObjectId.NONE)) {
            return null;
        }
        boolean named = socket.type() == SOCK_DGRAM && !socket.localAddress().isEmpty();
        return named ? null : Arg.of(files.numberOf(peer));
    }

    // Among those made here, the one whose name the message bears.
    private @Nullable Socket senderOf(Socket target, SocketMessage message) {
        for (Socket socket : names.all()) {
            if (!message.sender().isEmpty()
                    && socket.type() == target.type()
                    && socket.localAddress().equals(message.sender())) {
                return socket;
            }
        }
        return null;
    }

    private void fromAnybody(Socket target, SocketMessage message) {
        Socket sender = senderOf(target, message);
        if (sender != null) {
            towards(target, Arg.of(files.numberOf(sender)), message);
            return;
        }
        Step made = files.park(p, p.call(SYS_socket, target.domain(), target.type(), target.protocol()));
        Bytes name = message.sender();
        if (!name.isEmpty()) {
            Runnable bind = () -> p.call(SYS_bind, made, p.bytes(name.toArray()), Arg.of(name.length()))
                    .about(SocketAddresses.describe(name.toArray()));
            if (name.at(UnixNames.NAME_AT) == 0) {
                bind.run();
            } else {
                LostName place = new LostName(p, files, UnixNames.path(name.toArray()), "/tmp/");
                place.bind(bind);
                place.remove();
            }
        }
        towards(target, made, message);
        p.call(SYS_close, made);
    }

    private void towards(Socket target, Arg sender, SocketMessage message) {
        long room = (long) message.data().length() + MESSAGE_OVERHEAD;
        SendBuffer.withRoom(
                p,
                sender,
                room,
                () -> names.towards(target, (address, length) -> send.message(sender, message, address, length)));
    }

    private void withRoom(Arg sender, UnixSocket unix, Runnable sends) {
        SendBuffer.withRoom(p, sender, room(unix.unread()), sends);
    }

    private static long room(List<SocketMessage> messages) {
        long room = 0;
        for (SocketMessage message : messages) {
            room += (long) message.data().length() * 2 + MESSAGE_OVERHEAD;
        }
        return room;
    }
}
