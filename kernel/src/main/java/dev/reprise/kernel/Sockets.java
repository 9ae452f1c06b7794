package dev.reprise.kernel;

/** Constants of sockets: include/uapi/asm-generic/socket.h, linux/{net,in,in6,tcp,udp,un}.h. */
public final class Sockets {
    public static final int AF_UNIX = 1;
    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;
    public static final int AF_NETLINK = 16;

    public static final int SOCK_STREAM = 1;
    public static final int SOCK_DGRAM = 2;
    public static final int SOCK_RAW = 3;
    public static final int SOCK_SEQPACKET = 5;
    public static final int SOCK_CLOEXEC = Fcntl.O_CLOEXEC;
    public static final int SOCK_NONBLOCK = Fcntl.O_NONBLOCK;

    public static final int IPPROTO_IP = 0;
    public static final int IPPROTO_TCP = 6;
    public static final int IPPROTO_UDP = 17;
    public static final int IPPROTO_IPV6 = 41;

    public static final int SOL_SOCKET = 1;
    public static final int SO_REUSEADDR = 2;
    public static final int SO_TYPE = 3;
    public static final int SO_SNDBUF = 7;
    public static final int SO_RCVBUF = 8;
    public static final int SO_GET_FILTER = 26;
    public static final int SO_ACCEPTCONN = 30;
    public static final int SO_SNDBUFFORCE = 32;
    public static final int SO_RCVBUFFORCE = 33;
    public static final int SO_PROTOCOL = 38;
    public static final int SO_DOMAIN = 39;
    public static final int SO_MEMINFO = 55;
    public static final int SO_BUF_LOCK = 72;
    public static final int IPV6_V6ONLY = 26;
    public static final int TCP_INFO = 11;
    public static final int TCP_LISTEN = 10;
    public static final int TCP_CLOSE = 7;

    /** sizeof(struct sockaddr_storage). */
    public static final int ADDRESS_SIZE = 128;

    private Sockets() {}
}
