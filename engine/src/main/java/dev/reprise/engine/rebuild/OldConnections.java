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
 * Connections of the program's that are over, but whose addresses the kernel keeps: for a minute (TIME_WAIT, FIN_WAIT2), or until
 * an end that has gone without a word has not answered. They would keep its sockets from their ports.
 */
final class OldConnections {
    private OldConnections() {}

    /** Ends those at the ports of the image's TCP sockets. */
    static void end(Image image) throws KernelException {
        Set<String> ports = new HashSet<>();
        for (SharedObject object : image.objects()) {
            if (object instanceof Socket socket
                    && Sockets.isTcp(socket.protocol())
                    && !socket.localAddress().isEmpty()) {
                ports.add(port(InetDiag.end(socket.localAddress().toArray())));
            }
        }
        if (ports.isEmpty()) {
            return;
        }
        for (int family : List.of(Sockets.AF_INET, Sockets.AF_INET6)) {
            List<InetDiag> all = InetDiag.all(family, Sockets.IPPROTO_TCP);
            Set<String> connections = new HashSet<>();
            all.forEach(one -> connections.add(one.local() + " " + one.peer()));
            for (InetDiag one : all) {
                boolean isAlone = !connections.contains(one.peer() + " " + one.local());
                if (ports.contains(port(one.local())) && isOver(one, isAlone)) {
                    InetDiag.end(one, Sockets.IPPROTO_TCP);
                }
            }
        }
    }

    // Nobody has it, and all that it had sent has come, or there is nobody any more to whom it could come: that can be
    // said of an end on this machine alone.
    private static boolean isOver(InetDiag one, boolean isAlone) {
        if (one.inode() != 0) {
            return false;
        }
        boolean isLocal = ip(one.local()).equals(ip(one.peer()));
        return switch (one.state()) {
            case Sockets.TCP_TIME_WAIT -> true;
            case Sockets.TCP_FIN_WAIT2 -> isLocal;
            case Sockets.TCP_FIN_WAIT1, Sockets.TCP_CLOSING, Sockets.TCP_LAST_ACK -> isLocal && isAlone;
            default -> false;
        };
    }

    private static String ip(String end) {
        return end.substring(0, end.indexOf(':'));
    }

    private static String port(String end) {
        return end.substring(end.indexOf(':'));
    }
}
