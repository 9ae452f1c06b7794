package dev.reprise.engine.capture;

import static dev.reprise.kernel.Sockets.SOCK_DGRAM;

import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.UnixDiag;

/** Whom UNIX sockets are connected to, and whether that leads outside. */
final class UnixPeers {
    private static final int PATH_AT = 2;

    private final DescriptorLook look;

    UnixPeers(DescriptorLook look) {
        this.look = look;
    }

    /**
     * Whether a socket has a peer that is not saved with it, and that it cannot find again by its name.
     *
     * <p>Before the freeze a peer that nobody has open is given the benefit of the doubt: it may be on its way in a
     * message, and we do not read queues of a running program.
     */
    boolean isOutside(LiveSocket socket, UnixDiag diag) throws KernelException {
        if (diag.peer() != 0) {
            if (look.sockets().isInside(diag.peer()) || canFindAgain(socket)) {
                return false;
            }
            return look.isFrozen() || look.sockets().holderOf(diag.peer()) != 0;
        }
        // Without a peer it is gone, or not accepted yet, which is no shutdown.
        return socket.type() != SOCK_DGRAM
                && socket.view().isConnected()
                && !UnixSocketCapture.isShutDown(diag)
                && !look.sockets().isWaiting(socket.inode());
    }

    // A datagram socket finds its peer by the name, as it did: /dev/log.
    private static boolean canFindAgain(LiveSocket socket) {
        byte[] name = socket.view().peerAddress();
        return socket.type() == SOCK_DGRAM && name.length > PATH_AT && (name[PATH_AT] == 0 || name[PATH_AT] == '/');
    }

    /** What of a listening socket's queue cannot be saved. */
    void lookAtClients(LiveSocket socket, UnixDiag diag) throws KernelException {
        if (diag.clients().size() < diag.waiting()) {
            refuse(socket, diag.waiting() + " connections wait, which are too many to tell apart");
        }
        for (int client : diag.clients()) {
            long inode = Integer.toUnsignedLong(client);
            if (inode == 0) {
                refuse(socket, "a connection waits whose client has gone: what it has sent cannot be seen");
            } else if (!look.sockets().isInside(inode)) {
                int holder = look.sockets().holderOf(inode);
                refuse(socket, "a connection waits" + (holder == 0 ? "" : " that process " + holder + " has made"));
            }
        }
    }

    private void refuse(LiveSocket socket, String why) {
        look.refuseForNow(socket.d(), "UNIX socket with a queue", why, "try again when the program has accepted it");
    }
}
