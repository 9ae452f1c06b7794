package dev.reprise.engine.capture;

import dev.reprise.image.state.ObjectId;
import dev.reprise.kernel.Capability;
import dev.reprise.kernel.InetDiag;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Sockets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The TCP sockets that are inside, by their ends. */
final class TcpIndex {
    private final SocketIndex sockets;
    private final InetIndex inet;
    private @Nullable Map<String, InetDiag> byEnds;
    private @Nullable Boolean canBeRepaired;

    TcpIndex(SocketIndex sockets, InetIndex inet) {
        this.sockets = sockets;
        this.inet = inet;
    }

    /** Whether we are shown, and may set, what is on its way (TCP_REPAIR is for CAP_NET_ADMIN). */
    boolean canBeRepaired() throws KernelException {
        if (canBeRepaired == null) {
            canBeRepaired = Capability.isEffective(Capability.CAP_NET_ADMIN);
        }
        return canBeRepaired;
    }

    /** The socket inside whose ends are these; none where there is none. */
    ObjectId between(String local, String peer) throws KernelException {
        InetDiag one = diag(local, peer);
        return one == null ? ObjectId.NONE : sockets.at(Integer.toUnsignedLong(one.inode()));
    }

    /** What the kernel tells of it. */
    @Nullable
    InetDiag diag(String local, String peer) throws KernelException {
        if (byEnds == null) {
            byEnds = new HashMap<>();
            for (InetDiag one : inet.all(Sockets.IPPROTO_TCP)) {
                if (one.inode() != 0 && sockets.isInside(Integer.toUnsignedLong(one.inode()))) {
                    byEnds.put(one.local() + " " + one.peer(), one);
                }
            }
        }
        return byEnds.get(local + " " + peer);
    }

    /** The listening socket inside that a connection to {@code end} came to. */
    ObjectId listeningFor(String end) throws KernelException {
        for (InetDiag one : inet.all(Sockets.IPPROTO_TCP)) {
            if (one.state() == Sockets.TCP_LISTEN && TcpPeer.listensFor(one.local(), end)) {
                ObjectId id = sockets.at(Integer.toUnsignedLong(one.inode()));
                if (!id.equals(ObjectId.NONE)) {
                    return id;
                }
            }
        }
        return ObjectId.NONE;
    }
}
