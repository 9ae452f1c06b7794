package dev.reprise.engine.capture;

import dev.reprise.image.state.ObjectId;
import dev.reprise.kernel.InetDiag;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Sockets;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * The other end of a TCP connection.
 *
 * @param id the other end inside; where nobody has accepted the connection yet, the listening socket
 * @param unread what waits at an end that nobody has accepted
 */
record TcpPeer(Whereabouts whereabouts, ObjectId id, int unread, String name) {
    /** Where it is. */
    enum Whereabouts {
        INSIDE,
        /** In the queue of a listening socket that is inside. */
        WAITING,
        /** Closed, on this machine, with all that it had sent received. */
        GONE,
        OUTSIDE
    }

    static TcpPeer of(LiveSocket socket, DescriptorLook look) throws KernelException {
        byte[] peerAddress = socket.view().peerAddress();
        if (peerAddress.length == 0) {
            return new TcpPeer(Whereabouts.GONE, ObjectId.NONE, 0, "");
        }
        String own = InetDiag.end(socket.view().localAddress());
        String other = InetDiag.end(peerAddress);
        String name = name(peerAddress);
        ObjectId inside = look.tcp().between(other, own);
        if (!inside.equals(ObjectId.NONE)) {
            return new TcpPeer(Whereabouts.INSIDE, inside, 0, name);
        }
        for (InetDiag one : look.inet().all(Sockets.IPPROTO_TCP)) {
            if (one.inode() == 0 && one.local().equals(other) && one.peer().equals(own)) {
                if (isWaiting(one)) {
                    ObjectId listening = look.tcp().listeningFor(other);
                    return listening.equals(ObjectId.NONE)
                            ? new TcpPeer(Whereabouts.OUTSIDE, ObjectId.NONE, 0, name)
                            : new TcpPeer(Whereabouts.WAITING, listening, one.unread(), name);
                }
                break;
            }
        }
        // Closed: what it had sent has come, since its end is behind that.
        boolean ended = TcpState.of(socket).hasHeardTheEnd();
        boolean here = isHere(peerAddress)
                || own.substring(0, own.indexOf(':')).equals(other.substring(0, other.indexOf(':')));
        return new TcpPeer(ended && here ? Whereabouts.GONE : Whereabouts.OUTSIDE, ObjectId.NONE, 0, name);
    }

    /** Whether a connection that nobody has open waits to be accepted; others go to their end. */
    static boolean isWaiting(InetDiag one) {
        return one.state() == Sockets.TCP_ESTABLISHED || one.state() == Sockets.TCP_CLOSE_WAIT;
    }

    /** Whether a listening socket's end (whose address may be any) is where a connection came in. */
    static boolean listensFor(String listening, String end) {
        int port = end.indexOf(':');
        boolean any = listening.substring(0, listening.indexOf(':')).chars().allMatch(c -> c == '0');
        return any ? listening.endsWith(end.substring(port)) : listening.equals(end);
    }

    private static byte[] ip(byte[] sockaddr) {
        return sockaddr.length == 16 ? Arrays.copyOfRange(sockaddr, 4, 8) : Arrays.copyOfRange(sockaddr, 8, 24);
    }

    private static boolean isHere(byte[] sockaddr) {
        try {
            return InetAddress.getByAddress(ip(sockaddr)).isLoopbackAddress();
        } catch (UnknownHostException impossible) {
            throw new IllegalArgumentException(impossible);
        }
    }

    private static String name(byte[] sockaddr) {
        try {
            int port = (sockaddr[2] & 0xff) << 8 | sockaddr[3] & 0xff;
            String ip = InetAddress.getByAddress(ip(sockaddr)).getHostAddress();
            return ip.contains(":") ? "[" + ip + "]:" + port : ip + ":" + port;
        } catch (UnknownHostException impossible) {
            throw new IllegalArgumentException(impossible);
        }
    }
}
