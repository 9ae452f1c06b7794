package dev.reprise.engine.capture;

import static dev.reprise.kernel.Sockets.IPPROTO_IP;
import static dev.reprise.kernel.Sockets.IPPROTO_IPV6;
import static dev.reprise.kernel.Sockets.IPPROTO_TCP;
import static dev.reprise.kernel.Sockets.IPPROTO_UDP;
import static dev.reprise.kernel.Sockets.IPPROTO_UDPLITE;
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
    private static final int TCP_MAXSEG = 2;
    /** SOCK_SNDBUF_LOCK and SOCK_RCVBUF_LOCK. */
    private static final int SEND_LOCK = 1;

    private static final int RECEIVE_LOCK = 2;
    private static final int SOL_RAW = 255;
    private static final int SOL_ICMPV6 = 58;
    private static final int SOL_PACKET = 263;
    private static final int SOL_NETLINK = 270;

    // Numbers as in the kernel's headers; only what setsockopt(2) takes back in the form in which getsockopt(2) gives
    // it.
    private static final int[][] BY_LEVEL = {
        // DEBUG REUSEADDR DONTROUTE BROADCAST SNDBUF RCVBUF KEEPALIVE OOBINLINE NO_CHECK PRIORITY LINGER REUSEPORT
        // PASSCRED
        // RCVLOWAT RCVTIMEO SNDTIMEO BINDTODEVICE TIMESTAMP PASSSEC TIMESTAMPNS MARK TIMESTAMPING RXQ_OVFL WIFI_STATUS
        // PEEK_OFF NOFCS LOCK_FILTER SELECT_ERR_QUEUE BUSY_POLL MAX_PACING_RATE INCOMING_CPU ZEROCOPY TXTIME
        // TIMESTAMP_NEW
        // TIMESTAMPNS_NEW TIMESTAMPING_NEW PREFER_BUSY_POLL BUSY_POLL_BUDGET BUF_LOCK TXREHASH RCVMARK PASSPIDFD
        // RCVPRIORITY PASSRIGHTS
        {
            SOL_SOCKET,
            1,
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
            44,
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
            75,
            76,
            82,
            83
        },
        // TOS TTL HDRINCL OPTIONS ROUTER_ALERT RECVOPTS RETOPTS PKTINFO MTU_DISCOVER RECVERR RECVTTL RECVTOS FREEBIND
        // PASSSEC TRANSPARENT
        // ORIGDSTADDR
        // MINTTL NODEFRAG CHECKSUM BIND_ADDRESS_NO_PORT RECVFRAGSIZE RECVERR_RFC4884 MULTICAST_IF MULTICAST_TTL
        // MULTICAST_LOOP MULTICAST_ALL UNICAST_IF LOCAL_PORT_RANGE
        {
            IPPROTO_IP,
            1,
            2,
            3,
            4,
            5,
            6,
            7,
            8,
            10,
            11,
            12,
            13,
            15,
            18,
            19,
            20,
            21,
            22,
            23,
            24,
            25,
            26,
            32,
            33,
            34,
            49,
            50,
            51
        },
        // 2292PKTINFO 2292HOPOPTS 2292DSTOPTS 2292RTHDR 2292HOPLIMIT FLOWINFO UNICAST_HOPS MULTICAST_IF MULTICAST_HOPS
        // MULTICAST_LOOP MTU_DISCOVER RECVERR V6ONLY MULTICAST_ALL
        // ROUTER_ALERT_ISOLATE RECVERR_RFC4884 FLOWINFO_SEND RECVPKTINFO PKTINFO RECVHOPLIMIT RECVHOPOPTS RECVRTHDR
        // RECVDSTOPTS RECVPATHMTU DONTFRAG
        // HOPOPTS RTHDRDSTOPTS RTHDR DSTOPTS
        // RECVTCLASS TCLASS AUTOFLOWLABEL ADDR_PREFERENCES MINHOPCOUNT ORIGDSTADDR TRANSPARENT UNICAST_IF RECVFRAGSIZE
        // FREEBIND
        {
            IPPROTO_IPV6,
            2,
            3,
            4,
            5,
            8,
            11,
            16,
            17,
            18,
            19,
            23,
            25,
            26,
            29,
            30,
            31,
            33,
            49,
            50,
            51,
            53,
            54,
            55,
            56,
            57,
            58,
            59,
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
        // FASTOPEN_KEY FASTOPEN_NO_COOKIE INQ TX_DELAY RTO_MAX_MS RTO_MIN_US DELACK_MAX_US
        {IPPROTO_TCP, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 16, 17, 18, 23, 25, 27, 30, 33, 34, 36, 37, 44, 45, 46},
        // CORK ENCAP NO_CHECK6_TX NO_CHECK6_RX SEGMENT GRO
        {IPPROTO_UDP, 1, 100, 101, 102, 103, 104},
        // CORK SEND_CSCOV RECV_CSCOV ENCAP NO_CHECK6_TX NO_CHECK6_RX SEGMENT GRO
        {IPPROTO_UDPLITE, 1, 10, 11, 100, 101, 102, 103, 104},
        // PKTINFO BROADCAST_ERROR NO_ENOBUFS LISTEN_ALL_NSID CAP_ACK EXT_ACK GET_STRICT_CHK
        {SOL_NETLINK, 3, 4, 5, 8, 10, 11, 12},
        // COPY_THRESH AUXDATA ORIGDEV VERSION RESERVE LOSS VNET_HDR TIMESTAMP TX_HAS_OFF QDISC_BYPASS IGNORE_OUTGOING
        {SOL_PACKET, 7, 8, 9, 10, 12, 14, 15, 17, 19, 20, 23},
        // ICMP_FILTER, IPV6_CHECKSUM
        {SOL_RAW, 1, 7},
        // ICMPV6_FILTER
        {SOL_ICMPV6, 1},
    };

    private SocketOptions() {}

    static List<SocketOption> of(LiveSocket live, boolean connected) throws KernelException {
        SocketView socket = live.view();
        int domain = live.domain();
        int type = live.type();
        int protocol = live.protocol();
        List<SocketOption> options = new ArrayList<>();
        try (Fd fresh = new Fd(Door.require(
                Door.call(SYS_socket, domain, type | Sockets.SOCK_CLOEXEC, protocol), "socket", domain + "," + type))) {
            SocketView plain = new SocketView(fresh);
            for (int[] names : BY_LEVEL) {
                if (hasLevel(names[0], domain, protocol)) {
                    addDifferent(socket, plain, names, options);
                }
            }
            if (protocol == Sockets.IPPROTO_MPTCP) {
                removeUnlockedBuffers(options, socket);
            }
            if (connected) {
                options.removeIf(option -> isOfConnection(option) || !isSettable(option, plain));
            }
        }
        return options;
    }

    // Its sizes cannot be unlocked again (net/mptcp/sockopt.c), and those that nobody has set come by themselves.
    private static void removeUnlockedBuffers(List<SocketOption> options, SocketView socket) throws KernelException {
        int locked = socket.number(SOL_SOCKET, Sockets.SO_BUF_LOCK);
        options.removeIf(option -> option.level() == SOL_SOCKET
                && (option.name() == Sockets.SO_BUF_LOCK
                        || option.name() == Sockets.SO_SNDBUF && (locked & SEND_LOCK) == 0
                        || option.name() == Sockets.SO_RCVBUF && (locked & RECEIVE_LOCK) == 0));
    }

    // Of a connection it says what it has come to, not what somebody has set.
    private static boolean isOfConnection(SocketOption option) {
        return option.level() == IPPROTO_TCP && option.name() == TCP_MAXSEG;
    }

    // A connection has values that nobody can have set: what its first packet had.
    private static boolean isSettable(SocketOption option, SocketView plain) {
        return plain.canSet(option.level(), option.name(), option.value().toArray());
    }

    private static boolean hasLevel(int level, int domain, int protocol) {
        return switch (level) {
            case SOL_SOCKET -> true;
            case IPPROTO_IP -> domain == Sockets.AF_INET || domain == Sockets.AF_INET6;
            case IPPROTO_IPV6 -> domain == Sockets.AF_INET6;
            case SOL_NETLINK -> domain == Sockets.AF_NETLINK;
            case SOL_PACKET -> domain == Sockets.AF_PACKET;
            case SOL_RAW -> domain == Sockets.AF_INET && protocol == Sockets.IPPROTO_ICMP || domain == Sockets.AF_INET6;
            case SOL_ICMPV6 -> domain == Sockets.AF_INET6 && protocol == Sockets.IPPROTO_ICMPV6;
            case IPPROTO_TCP -> Sockets.isTcp(protocol) && (domain == Sockets.AF_INET || domain == Sockets.AF_INET6);
            default -> level == protocol && (domain == Sockets.AF_INET || domain == Sockets.AF_INET6);
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
