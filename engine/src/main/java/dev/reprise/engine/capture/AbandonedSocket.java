package dev.reprise.engine.capture;

import static dev.reprise.kernel.Sockets.AF_UNIX;
import static dev.reprise.kernel.Sockets.SOCK_DGRAM;
import static dev.reprise.kernel.Sockets.SOL_SOCKET;

import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.SocketView;
import dev.reprise.kernel.Sockets;
import dev.reprise.kernel.UnixDiag;

/**
 * One end of a socketpair(2) whose other end is closed. Every JVM with sockets has one: reads of it end at once, so it
 * is put in the place of a descriptor that is being closed.
 */
final class AbandonedSocket {
    /** sizeof(sa_family_t): a UNIX address without a name. */
    private static final int NO_NAME = 2;

    private AbandonedSocket() {}

    /** Whether this is one, with nothing left to read. */
    static boolean is(LiveDescriptor d, SocketView socket) throws KernelException {
        return socket.number(SOL_SOCKET, Sockets.SO_DOMAIN) == AF_UNIX
                && socket.number(SOL_SOCKET, Sockets.SO_TYPE) != SOCK_DGRAM
                && socket.peerAddress().length == NO_NAME
                && socket.localAddress().length == NO_NAME
                && socket.unreadBytes() == 0
                && UnixDiag.of(d.status().inode()).peer() == 0;
    }
}
