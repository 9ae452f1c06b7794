package dev.reprise.engine.capture;

import static dev.reprise.kernel.Sockets.IPPROTO_IP;
import static dev.reprise.kernel.Sockets.IPPROTO_IPV6;
import static dev.reprise.kernel.Sockets.IPPROTO_TCP;
import static dev.reprise.kernel.Sockets.IPPROTO_UDP;
import static dev.reprise.kernel.Sockets.SOL_SOCKET;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_socket;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.SocketOption;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.SocketView;
import dev.reprise.kernel.Sockets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The options of a socket in which it differs from a new one of its kind. */
final class SocketOptions {
    // Numbers as in the kernel's headers; only what setsockopt(2) takes back in the form in which getsockopt(2) gives
    // it.
    private static final int[][] BY_LEVEL = {
        // REUSEADDR DONTROUTE BROADCAST SNDBUF RCVBUF KEEPALIVE OOBINLINE NO_CHECK PRIORITY LINGER REUSEPORT PASSCRED
        // RCVLOWAT RCVTIMEO SNDTIMEO BINDTODEVICE TIMESTAMP PASSSEC TIMESTAMPNS MARK TIMESTAMPING RXQ_OVFL WIFI_STATUS
        // PEEK_OFF NOFCS SELECT_ERR_QUEUE BUSY_POLL MAX_PACING_RATE INCOMING_CPU ZEROCOPY TXTIME TIMESTAMP_NEW
        // TIMESTAMPNS_NEW TIMESTAMPING_NEW PREFER_BUSY_POLL BUSY_POLL_BUDGET BUF_LOCK TXREHASH PASSPIDFD
        {
            SOL_SOCKET,
            2,
            5,
            6,
            18,
            7,
            8,
            9,
            10,
            11,
            12,
            13,
            15,
            16,
            20,
            21,
            25,
            29,
            34,
            35,
            36,
            37,
            40,
            41,
            42,
            43,
            45,
            46,
            47,
            49,
            60,
            61,
            63,
            64,
            65,
            69,
            70,
            72,
            74,
            76
        },
        // TOS TTL RECVOPTS RETOPTS PKTINFO MTU_DISCOVER RECVERR RECVTTL RECVTOS FREEBIND PASSSEC TRANSPARENT
        // ORIGDSTADDR
        // MINTTL NODEFRAG CHECKSUM BIND_ADDRESS_NO_PORT RECVFRAGSIZE RECVERR_RFC4884 MULTICAST_IF MULTICAST_TTL
        // MULTICAST_LOOP MULTICAST_ALL UNICAST_IF LOCAL_PORT_RANGE
        {IPPROTO_IP, 1, 2, 6, 7, 8, 10, 11, 12, 13, 15, 18, 19, 20, 21, 22, 23, 24, 25, 26, 32, 33, 34, 49, 50, 51},
        // FLOWINFO UNICAST_HOPS MULTICAST_IF MULTICAST_HOPS MULTICAST_LOOP MTU_DISCOVER RECVERR V6ONLY MULTICAST_ALL
        // RECVERR_RFC4884 FLOWINFO_SEND RECVPKTINFO RECVHOPLIMIT RECVHOPOPTS RECVRTHDR RECVDSTOPTS RECVPATHMTU DONTFRAG
        // RECVTCLASS TCLASS AUTOFLOWLABEL ADDR_PREFERENCES MINHOPCOUNT ORIGDSTADDR TRANSPARENT UNICAST_IF RECVFRAGSIZE
        // FREEBIND
        {
            IPPROTO_IPV6,
            11,
            16,
            17,
            18,
            19,
            23,
            25,
            26,
            29,
            31,
            33,
            49,
            51,
            53,
            56,
            58,
            60,
            62,
            66,
            67,
            70,
            72,
            73,
            74,
            75,
            76,
            77,
            78
        },
        // NODELAY MAXSEG CORK KEEPIDLE KEEPINTVL KEEPCNT SYNCNT LINGER2 DEFER_ACCEPT WINDOW_CLAMP QUICKACK CONGESTION
        // THIN_LINEAR_TIMEOUTS THIN_DUPACK USER_TIMEOUT FASTOPEN NOTSENT_LOWAT SAVE_SYN FASTOPEN_CONNECT
        // FASTOPEN_NO_COOKIE INQ TX_DELAY
        {IPPROTO_TCP, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 16, 17, 18, 23, 25, 27, 30, 34, 36, 37},
        // CORK ENCAP NO_CHECK6_TX NO_CHECK6_RX SEGMENT GRO
        {IPPROTO_UDP, 1, 100, 101, 102, 103, 104},
    };

    private SocketOptions() {}

    static List<SocketOption> of(SocketView socket) throws KernelException {
        int domain = socket.number(SOL_SOCKET, Sockets.SO_DOMAIN);
        int type = socket.number(SOL_SOCKET, Sockets.SO_TYPE);
        int protocol = socket.number(SOL_SOCKET, Sockets.SO_PROTOCOL);
        List<SocketOption> options = new ArrayList<>();
        try (Fd fresh = new Fd(Door.require(
                Door.call(SYS_socket, domain, type | Sockets.SOCK_CLOEXEC, protocol), "socket", domain + "," + type))) {
            SocketView plain = new SocketView(fresh);
            for (int[] names : BY_LEVEL) {
                if (hasLevel(names[0], domain, protocol)) {
                    addDifferent(socket, plain, names, options);
                }
            }
        }
        return options;
    }

    private static boolean hasLevel(int level, int domain, int protocol) {
        return switch (level) {
            case SOL_SOCKET -> true;
            case IPPROTO_IP -> domain == Sockets.AF_INET || domain == Sockets.AF_INET6;
            case IPPROTO_IPV6 -> domain == Sockets.AF_INET6;
            default -> level == protocol;
        };
    }

    private static void addDifferent(SocketView socket, SocketView plain, int[] names, List<SocketOption> options) {
        for (int i = 1; i < names.length; i++) {
            byte[] value = socket.option(names[0], names[i]);
            if (!Arrays.equals(value, plain.option(names[0], names[i]))) {
                options.add(new SocketOption(names[0], names[i], Bytes.of(value)));
            }
        }
    }
}
