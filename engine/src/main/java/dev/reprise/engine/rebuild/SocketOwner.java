package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fchown;

import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.image.state.Ownership;
import dev.reprise.image.state.Socket;

/** Whom the inode of a socket without a file belongs to. */
final class SocketOwner {
    private SocketOwner() {}

    static void set(ProgramBuilder p, int number, Socket socket) {
        boolean named = !socket.boundFile().equals(Socket.NO_FILE);
        if (!named && !socket.ownership().equals(Ownership.ROOT)) {
            p.call(
                    SYS_fchown,
                    number,
                    socket.ownership().uid(),
                    socket.ownership().gid());
        }
    }
}
