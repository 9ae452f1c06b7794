package dev.reprise.engine.capture;

import static dev.reprise.kernel.Sockets.AF_INET;
import static dev.reprise.kernel.Sockets.AF_INET6;
import static dev.reprise.kernel.Sockets.AF_UNIX;
import static dev.reprise.kernel.Sockets.SOCK_DGRAM;
import static dev.reprise.kernel.Sockets.SOCK_STREAM;
import static dev.reprise.kernel.Sockets.SOL_SOCKET;

import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.SocketView;
import dev.reprise.kernel.Sockets;

/** Which sockets can be saved at all, and what people call them. */
final class SocketKind {
    private SocketKind() {}

    /** TCP, UDP or UNIX; empty for all others. */
    static String of(SocketView socket) throws KernelException {
        int domain = socket.number(SOL_SOCKET, Sockets.SO_DOMAIN);
        int protocol = socket.number(SOL_SOCKET, Sockets.SO_PROTOCOL);
        if (domain == AF_UNIX) {
            return "UNIX";
        } else if (domain != AF_INET && domain != AF_INET6) {
            return "";
        }
        return switch (socket.number(SOL_SOCKET, Sockets.SO_TYPE)) {
            case SOCK_STREAM -> protocol == Sockets.IPPROTO_TCP ? "TCP" : "";
            case SOCK_DGRAM -> protocol == Sockets.IPPROTO_UDP ? "UDP" : "";
            default -> "";
        };
    }

    static boolean isTcp(SocketView socket) throws KernelException {
        return of(socket).equals("TCP");
    }

    /** An unknown one in numbers. */
    static String numbers(SocketView socket) throws KernelException {
        return "domain " + socket.number(SOL_SOCKET, Sockets.SO_DOMAIN)
                + ", type " + socket.number(SOL_SOCKET, Sockets.SO_TYPE)
                + ", protocol " + socket.number(SOL_SOCKET, Sockets.SO_PROTOCOL);
    }
}
