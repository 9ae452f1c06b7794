package dev.reprise.engine.rebuild;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Descriptor;
import dev.reprise.image.state.FdTable;
import dev.reprise.image.state.FifoEnd;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.InetSocket;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.PipeEnd;
import dev.reprise.image.state.PseudoterminalEnd;
import dev.reprise.image.state.SharedObject;
import dev.reprise.image.state.Socket;
import dev.reprise.image.state.SocketMessage;
import dev.reprise.image.state.TcpConnection;
import dev.reprise.image.state.UnixSocket;
import dev.reprise.kernel.Sockets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which open files can be made by one maker only, since none of them comes about without the others: the ends of a pipe,
 * sockets that are connected, that share a name or a port, and what travels in their queues. Pure.
 */
final class Together {
    private static final int PORT_AT = 2;
    private static final int PORT_END = 4;

    private final Image image;
    private final Map<ObjectId, ObjectId> towards = new HashMap<>();
    private final Map<Bytes, ObjectId> names = new HashMap<>();
    private final Map<Bytes, ObjectId> ports = new HashMap<>();
    private final Set<ObjectId> sent = new HashSet<>();

    Together(Image image) {
        this.image = image;
        for (SharedObject object : image.objects()) {
            if (object instanceof Socket socket) {
                switch (socket.detail()) {
                    case UnixSocket unix -> unix(socket, unix);
                    case TcpConnection tcp -> {
                        join(socket.id(), tcp.peer());
                        port(socket);
                    }
                    case InetSocket _ -> port(socket);
                    default -> {}
                }
            }
        }
        for (SharedObject object : image.objects()) {
            if (object instanceof FdTable table) {
                for (Descriptor descriptor : table.descriptors()) {
                    sent.remove(descriptor.openFile());
                }
            }
        }
    }

    /** What stands for all that have the maker of a file. */
    ObjectId of(OpenFile file) {
        return root(base(file));
    }

    /** Whether no descriptor leads to a file: it is on its way in a message. */
    boolean isOnlySent(OpenFile file) {
        return sent.contains(file.id());
    }

    private static ObjectId base(OpenFile file) {
        return switch (file) {
            case PipeEnd end -> end.pipe();
            case FifoEnd end -> end.pipe();
            case PseudoterminalEnd end when !end.isControlling() -> end.terminal();
            default -> file.id();
        };
    }

    private void unix(Socket socket, UnixSocket unix) {
        join(socket.id(), unix.peer());
        unix.pending().forEach(client -> join(socket.id(), client));
        name(socket.id(), socket.localAddress());
        for (SocketMessage message : unix.unread()) {
            name(socket.id(), message.sender());
            for (ObjectId file : message.files()) {
                sent.add(file);
                join(socket.id(), base(image.object(file, OpenFile.class)));
            }
        }
    }

    private void name(ObjectId socket, Bytes name) {
        if (!name.isEmpty()) {
            join(socket, names.computeIfAbsent(name, _ -> socket));
        }
    }

    // A listening socket is bound before those that it has accepted are out of repair mode.
    private void port(Socket socket) {
        if (Sockets.isTcp(socket.protocol()) && !socket.localAddress().isEmpty()) {
            byte[] address = socket.localAddress().toArray();
            Bytes port = Bytes.of(Arrays.copyOfRange(address, PORT_AT, PORT_END));
            join(socket.id(), ports.computeIfAbsent(port, _ -> socket.id()));
        }
    }

    private void join(ObjectId one, ObjectId other) {
        if (!other.equals(ObjectId.NONE)) {
            ObjectId from = root(one);
            ObjectId to = root(other);
            if (!from.equals(to)) {
                towards.put(from, to);
            }
        }
    }

    private ObjectId root(ObjectId id) {
        ObjectId at = id;
        for (ObjectId next = towards.get(at); next != null; next = towards.get(at)) {
            at = next;
        }
        return at;
    }
}
