package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.Sockets.SOL_SOCKET;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_bind;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fchown;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_listen;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setsockopt;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_socket;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_socketpair;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.Ownership;
import dev.reprise.image.state.Socket;
import dev.reprise.kernel.Sockets;

/** Sockets without a peer: made, given their options, bound, made to listen. */
final class SocketRebuild {
    private final ProgramBuilder p;
    private final OpenFiles files;
    private final SocketOptionsRebuild options;

    SocketRebuild(ProgramBuilder p, OpenFiles files) {
        this.p = p;
        this.files = files;
        this.options = new SocketOptionsRebuild(p);
    }

    void create(Socket socket) {
        files.place(p, descriptor(socket), socket);
        int number = files.numberOf(socket);
        options.set(number, socket.options());
        boolean named = !socket.boundFile().equals(Socket.NO_FILE);
        if (!named && !socket.ownership().equals(Ownership.ROOT)) {
            p.call(
                    SYS_fchown,
                    number,
                    socket.ownership().uid(),
                    socket.ownership().gid());
        }
        if (socket.state() == Socket.State.BOUND || socket.state() == Socket.State.LISTENING) {
            if (named) {
                new SocketFile(p, socket).replace(() -> bind(number, socket));
            } else {
                bindBesideOldConnections(number, socket);
            }
        }
        if (socket.state() == Socket.State.LISTENING) {
            p.call(SYS_listen, number, socket.backlog()).about("socket " + number);
        }
        files.setFlags(p, socket);
    }

    private Step descriptor(Socket socket) {
        if (socket.state() != Socket.State.ABANDONED) {
            return p.call(SYS_socket, socket.domain(), socket.type(), socket.protocol());
        }
        Slot numbers = p.space(8);
        p.call(SYS_socketpair, Arg.of(socket.domain()), Arg.of(socket.type()), Arg.of(socket.protocol()), numbers);
        p.call(SYS_close, p.load4(numbers.plus(4)));
        return p.load4(numbers);
    }

    private void bind(int number, Socket socket) {
        byte[] address = socket.localAddress().toArray();
        p.call(SYS_bind, Arg.of(number), p.bytes(address), Arg.of(address.length))
                .about("socket " + number + " to " + SocketAddresses.describe(address));
    }

    // Connections in TIME_WAIT that the socket had accepted must not keep it from its port.
    private void bindBesideOldConnections(int number, Socket socket) {
        boolean tcp = socket.protocol() == Sockets.IPPROTO_TCP;
        if (tcp) {
            setReuse(number, 1);
        }
        bind(number, socket);
        if (tcp) {
            setReuse(number, SocketOptionsRebuild.value(socket.options(), SOL_SOCKET, Sockets.SO_REUSEADDR));
        }
    }

    private void setReuse(int number, int value) {
        p.call(
                SYS_setsockopt,
                Arg.of(number),
                Arg.of(SOL_SOCKET),
                Arg.of(Sockets.SO_REUSEADDR),
                p.ints(value),
                Arg.of(4));
    }

    /** After the credentials: peers are shown those of the one who called listen(2) last. */
    void listenAgain(Socket socket) {
        if (socket.domain() == Sockets.AF_UNIX && socket.state() == Socket.State.LISTENING) {
            p.call(SYS_listen, files.numberOf(socket), socket.backlog()).about("socket " + files.numberOf(socket));
        }
    }
}
