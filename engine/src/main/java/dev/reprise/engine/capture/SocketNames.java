package dev.reprise.engine.capture;

import dev.reprise.kernel.Sockets;

/** What people call sockets. */
final class SocketNames {
    // AF_UNSPEC UNIX INET AX25 IPX APPLETALK NETROM BRIDGE ATMPVC X25 INET6 ROSE DECnet NETBEUI SECURITY KEY NETLINK
    // PACKET ASH ECONET ATMSVC RDS SNA IRDA PPPOX WANPIPE LLC IB MPLS CAN TIPC BLUETOOTH IUCV RXRPC ISDN PHONET
    // IEEE802154 CAIF ALG NFC VSOCK KCM QIPCRTR SMC XDP MCTP; include/linux/socket.h
    private static final String[] FAMILIES = {
        "",
        "UNIX",
        "IPv4",
        "AX.25",
        "IPX",
        "AppleTalk",
        "NET/ROM",
        "bridge",
        "ATM PVC",
        "X.25",
        "IPv6",
        "ROSE",
        "DECnet",
        "NetBEUI",
        "security",
        "PF_KEY",
        "netlink",
        "packet",
        "Ash",
        "Econet",
        "ATM SVC",
        "RDS",
        "SNA",
        "IrDA",
        "PPPoX",
        "Wanpipe",
        "LLC",
        "InfiniBand",
        "MPLS",
        "CAN",
        "TIPC",
        "Bluetooth",
        "IUCV",
        "RxRPC",
        "ISDN",
        "Phonet",
        "IEEE 802.15.4",
        "CAIF",
        "AF_ALG",
        "NFC",
        "AF_VSOCK",
        "KCM",
        "Qualcomm IPC",
        "SMC",
        "AF_XDP",
        "MCTP"
    };
    private static final int IPPROTO_DCCP = 33;
    private static final int IPPROTO_SCTP = 132;

    private SocketNames() {}

    /** By its protocol, else by its family. */
    static String of(LiveSocket socket) {
        boolean inet = socket.domain() == Sockets.AF_INET || socket.domain() == Sockets.AF_INET6;
        if (!inet) {
            return family(socket);
        }
        return switch (socket.protocol()) {
            case IPPROTO_SCTP -> "SCTP";
            case IPPROTO_DCCP -> "DCCP";
            default -> family(socket) + " (type " + socket.type() + ", protocol " + socket.protocol() + ")";
        };
    }

    private static String family(LiveSocket socket) {
        return socket.domain() < FAMILIES.length ? FAMILIES[socket.domain()] : "family " + socket.domain();
    }
}
