package dev.reprise.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * What NETLINK_SOCK_DIAG tells of a TCP or UDP socket (include/uapi/linux/inet_diag.h).
 *
 * @param inode 0 when nobody has it open: a connection that nobody has accepted yet, or that goes to its end alone
 * @param state TCP_*
 * @param local its own end, as {@link #end} writes it
 * @param peer the other end
 * @param unread of a listening socket the connections that wait, of others the bytes
 * @param unsent the bytes that nobody has acknowledged
 * @param shutdown RCV_SHUTDOWN 1, SEND_SHUTDOWN 2
 * @param id what the kernel finds it by
 */
public record InetDiag(
        int inode, int state, String local, String peer, int unread, int unsent, int shutdown, SockId id) {
    // struct inet_diag_req_v2 { u8 family, protocol, ext, pad; u32 states; struct inet_diag_sockid id; }
    private static final int REQUEST = 56;
    private static final int STATES = 4;
    private static final int ID = 8;
    // struct inet_diag_msg { u8 family, state, timer, retrans; be16 sport, dport; be32 src[4], dst[4]; u32 if,
    // cookie[2]; u32 expires, rqueue, wqueue, uid, inode; }, then attributes { u16 len, type; ... }
    private static final int PORTS = 4;
    private static final int SOURCE = 8;
    private static final int DESTINATION = 24;
    private static final int RQUEUE = 56;
    private static final int WQUEUE = 60;
    private static final int INODE = 68;
    private static final int MESSAGE = 72;
    private static final int INET_DIAG_SHUTDOWN = 8;
    private static final String MAPPED = "00000000000000000000ffff";

    /** All sockets of a family (AF_INET, AF_INET6) and protocol. */
    public static List<InetDiag> all(int family, int protocol) throws KernelException {
        byte[] request = request(family, protocol);
        List<InetDiag> all = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            for (MemorySegment answer : SockDiag.dump(arena, request, "family " + family + ", protocol " + protocol)) {
                all.add(parse(answer));
            }
        }
        return all;
    }

    private static byte[] request(int family, int protocol) {
        byte[] request = new byte[REQUEST];
        request[0] = (byte) family;
        request[1] = (byte) protocol;
        for (int i = STATES; i < ID; i++) {
            request[i] = -1;
        }
        return request;
    }

    private static InetDiag parse(MemorySegment m) {
        int length = m.get(JAVA_BYTE, 0) == Sockets.AF_INET ? 4 : 16;
        byte[] bytes = m.toArray(JAVA_BYTE);
        int shutdown = 0;
        for (int at = MESSAGE; at + 4 <= bytes.length; ) {
            if (m.get(JAVA_SHORT, at + 2) == INET_DIAG_SHUTDOWN) {
                shutdown = bytes[at + 4];
            }
            at += Math.max(4, (Short.toUnsignedInt(m.get(JAVA_SHORT, at)) + 3) & ~3);
        }
        return new InetDiag(
                m.get(JAVA_INT, INODE),
                bytes[1],
                end(bytes, PORTS, SOURCE, length),
                end(bytes, PORTS + 2, DESTINATION, length),
                m.get(JAVA_INT, RQUEUE),
                m.get(JAVA_INT, WQUEUE),
                shutdown,
                new SockId(bytes[0], Arrays.copyOfRange(bytes, PORTS, RQUEUE - 4)));
    }

    /** A family and a struct inet_diag_sockid. */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    public record SockId(int family, byte[] id) {}

    /** Ends a connection at once (SOCK_DESTROY); false where the kernel cannot. */
    public static boolean end(InetDiag one, int protocol) {
        byte[] request = request(one.id().family(), protocol);
        System.arraycopy(one.id().id(), 0, request, ID, one.id().id().length);
        return SockDiag.destroy(request);
    }

    private static String end(byte[] bytes, int port, int address, int length) {
        HexFormat hex = HexFormat.of();
        String ip = hex.formatHex(bytes, address, address + length);
        String plain = ip.startsWith(MAPPED) ? ip.substring(MAPPED.length()) : ip;
        return plain + ":" + hex.formatHex(bytes, port, port + 2);
    }

    /** One end from a sockaddr: address and port in hexadecimal, an IPv4 address in IPv6 as what it is. */
    public static String end(byte[] sockaddr) {
        return sockaddr.length == SOCKADDR_IN ? end(sockaddr, 2, 4, 4) : end(sockaddr, 2, 8, 16);
    }

    /** sizeof(struct sockaddr_in). */
    private static final int SOCKADDR_IN = 16;
}
