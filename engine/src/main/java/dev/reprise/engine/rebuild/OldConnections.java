package dev.reprise.engine.rebuild;

import dev.reprise.image.state.Image;
import dev.reprise.image.state.SharedObject;
import dev.reprise.image.state.Socket;
import dev.reprise.kernel.InetDiag;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Sockets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Connections of the program's that are over, but whose addresses the kernel keeps for a minute (TIME_WAIT, FIN_WAIT2): they would
 * keep its sockets from their ports.
 */
final class OldConnections {
    private OldConnections() {}

    /** Ends those at the ports of the image's TCP sockets. */
    static void end(Image image) throws KernelException {
        Set<String> ports = new HashSet<>();
        for (SharedObject object : image.objects()) {
            if (object instanceof Socket socket
                    && socket.protocol() == Sockets.IPPROTO_TCP
                    && !socket.localAddress().isEmpty()) {
                ports.add(port(InetDiag.end(socket.localAddress().toArray())));
            }
        }
        if (ports.isEmpty()) {
            return;
        }
        for (int family : List.of(Sockets.AF_INET, Sockets.AF_INET6)) {
            for (InetDiag one : InetDiag.all(family, Sockets.IPPROTO_TCP)) {
                if (isOver(one) && ports.contains(port(one.local()))) {
                    InetDiag.end(one, Sockets.IPPROTO_TCP);
                }
            }
        }
    }

    // Nobody has it, and all that it had sent has come; on another machine somebody might still say something.
    private static boolean isOver(InetDiag one) {
        return one.inode() == 0
                && (one.state() == Sockets.TCP_TIME_WAIT
                        || one.state() == Sockets.TCP_FIN_WAIT2
                                && ip(one.local()).equals(ip(one.peer())));
    }

    private static String ip(String end) {
        return end.substring(0, end.indexOf(':'));
    }

    private static String port(String end) {
        return end.substring(end.indexOf(':'));
    }
}
