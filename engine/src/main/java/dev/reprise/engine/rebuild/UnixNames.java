package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.Sockets.AF_UNIX;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_bind;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_chdir;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_listen;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_socket;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.FileIdentity;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.Socket;
import dev.reprise.image.state.UnixSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The names of UNIX sockets: who binds a file where, who shares whose, and how each is found by others until all are
 * connected.
 */
final class UnixNames {
    static final int NAME_AT = 2;

    private final ProgramBuilder p;
    private final OpenFiles files;
    private final List<Socket> all = new ArrayList<>();
    private final Map<Bytes, Integer> abstractUsers = new HashMap<>();
    private final Map<Bytes, Socket> listening = new HashMap<>();
    private final Map<FileIdentity, Socket> fileOwners = new HashMap<>();
    private final Set<ObjectId> waiting = new HashSet<>();
    private final Map<ObjectId, LostName> lost = new HashMap<>();
    private final Map<Bytes, Step> borrowed = new HashMap<>();

    UnixNames(ProgramBuilder p, OpenFiles files) {
        this.p = p;
        this.files = files;
        for (Socket socket : files.all(Socket.class)) {
            if (socket.detail() instanceof UnixSocket unix) {
                all.add(socket);
                waiting.addAll(unix.pending());
                if (isAbstract(socket)) {
                    abstractUsers.merge(socket.localAddress(), 1, Integer::sum);
                }
                if (socket.state() == Socket.State.LISTENING) {
                    listening.put(socket.localAddress(), socket);
                }
                own(socket);
            }
        }
    }

    // A listening socket's file is its own; those that it has accepted only show its name.
    private void own(Socket socket) {
        Socket other = fileOwners.get(socket.boundFile());
        if (other == null || other.state() != Socket.State.LISTENING && socket.state() == Socket.State.LISTENING) {
            fileOwners.put(socket.boundFile(), socket);
        }
    }

    /** All UNIX sockets made here. */
    List<Socket> all() {
        return all;
    }

    /** Whether it waits in a listening socket's queue. */
    boolean isWaiting(Socket socket) {
        return waiting.contains(socket.id());
    }

    private static boolean isAbstract(Socket socket) {
        return socket.localAddress().length() > NAME_AT && socket.localAddress().at(NAME_AT) == 0;
    }

    /** The socket, listening or not, by whose abstract name a connected one was accepted; null for all others. */
    @Nullable
    Socket acceptedBy(Socket socket) {
        boolean shared = isAbstract(socket) && abstractUsers.getOrDefault(socket.localAddress(), 0) > 1;
        if (!shared
                || socket.state() != Socket.State.CONNECTED
                || UnixSocketRebuild.unix(socket).peer().equals(ObjectId.NONE)) {
            return null;
        }
        return listening.getOrDefault(socket.localAddress(), socket);
    }

    /** The descriptor of the listening socket with a name; one that is gone is there again for a while. */
    Arg listener(Socket named) {
        if (named.state() == Socket.State.LISTENING) {
            return Arg.of(files.numberOf(named));
        }
        Step known = borrowed.get(named.localAddress());
        return known != null ? known : borrow(named);
    }

    private Step borrow(Socket named) {
        Step made = files.park(p, p.call(SYS_socket, named.domain(), named.type(), named.protocol()));
        byte[] address = named.localAddress().toArray();
        p.call(SYS_bind, made, p.bytes(address), Arg.of(address.length)).about(SocketAddresses.describe(address));
        p.call(SYS_listen, made, Arg.of(1));
        borrowed.put(named.localAddress(), made);
        return made;
    }

    /** Before the first name. */
    void open() {
        for (Socket socket : all) {
            if (isLost(socket)) {
                lost.put(socket.id(), new LostName(p, files, socket));
            }
        }
    }

    private boolean isLost(Socket socket) {
        return switch (UnixSocketRebuild.unix(socket).place()) {
            case NONE -> false;
            case NAMED -> !ownsFile(socket);
            case MOVED, LOST -> true;
        };
    }

    private boolean ownsFile(Socket socket) {
        Socket owner = fileOwners.get(socket.boundFile());
        return owner != null && owner.id().equals(socket.id());
    }

    /** Gives a socket its name. */
    void bind(Socket socket) {
        if (socket.localAddress().isEmpty()) {
            return;
        }
        LostName elsewhere = lost.get(socket.id());
        if (elsewhere != null) {
            elsewhere.bind(() -> call(socket));
            if (UnixSocketRebuild.unix(socket).place() == UnixSocket.Place.MOVED && ownsFile(socket)) {
                new SocketFile(p, socket).moveFrom(elsewhere.path());
            }
        } else if (isAbstract(socket)) {
            call(socket);
        } else {
            new SocketFile(p, socket).replace(() -> call(socket));
        }
    }

    private void call(Socket socket) {
        byte[] address = socket.localAddress().toArray();
        int number = files.numberOf(socket);
        p.call(SYS_bind, Arg.of(number), p.bytes(address), Arg.of(address.length))
                .about("socket " + number + " to " + SocketAddresses.describe(address));
    }

    /** Adds a call that takes the address by which a bound socket is found now. */
    void towards(Socket target, BiConsumer<Arg, Arg> call) {
        LostName elsewhere = lost.get(target.id());
        byte[] own = target.localAddress().toArray();
        if (UnixSocketRebuild.unix(target).place() == UnixSocket.Place.NONE) {
            listenerIfGone(target);
            call.accept(p.bytes(own), Arg.of(own.length));
        } else if (elsewhere != null && UnixSocketRebuild.unix(target).place() != UnixSocket.Place.MOVED) {
            elsewhere.inside(() -> call.accept(p.bytes(own), Arg.of(own.length)));
        } else {
            String path = target.boundFile().path();
            int slash = path.lastIndexOf('/');
            p.call(SYS_chdir, p.string(path.substring(0, slash + 1))).about(path);
            byte[] address = address(path.substring(slash + 1));
            call.accept(p.bytes(address), Arg.of(address.length));
        }
    }

    private void listenerIfGone(Socket target) {
        if (target.state() == Socket.State.CONNECTED && target.type() != dev.reprise.kernel.Sockets.SOCK_DGRAM) {
            listener(target);
        }
    }

    private static byte[] address(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
        byte[] address = new byte[NAME_AT + bytes.length + 1];
        address[0] = AF_UNIX;
        System.arraycopy(bytes, 0, address, NAME_AT, bytes.length);
        return address;
    }

    /** When all are connected: nothing of what was there for a while stays. */
    void close() {
        lost.values().forEach(LostName::remove);
        borrowed.values().forEach(step -> p.call(SYS_close, step));
    }

    /** The name in a sockaddr, a char a byte. */
    static String path(byte[] address) {
        int end = NAME_AT;
        while (end < address.length && address[end] != 0) {
            end++;
        }
        return new String(address, NAME_AT, end - NAME_AT, StandardCharsets.ISO_8859_1);
    }
}
