package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.Sockets.AF_INET;
import static dev.reprise.kernel.Sockets.AF_INET6;
import static dev.reprise.kernel.Sockets.IPPROTO_IP;
import static dev.reprise.kernel.Sockets.IPPROTO_IPV6;
import static dev.reprise.kernel.Sockets.IPPROTO_UDP;
import static dev.reprise.kernel.Sockets.SOL_SOCKET;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_bind;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_getsockopt;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_sendto;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setsockopt;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_socket;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.Datagram;
import dev.reprise.image.state.Socket;
import dev.reprise.kernel.Sockets;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * What lies in the queues of UDP sockets: sent again, each from the address that it had come from, by a raw socket. That one needs no port of its
 * own: the sender's may be another socket's. What it sends comes over the loopback device, at once, whatever the address (IP_TRANSPARENT).
 */
final class DatagramQueueRebuild {
    private static final int IP_TRANSPARENT = 19;
    private static final int IPV6_TRANSPARENT = 75;
    private static final int IPV6_CHECKSUM = 7;
    private static final int CHECKSUM_AT = 6;
    private static final int UDP_HEADER = 8;
    private static final int ADDRESS6_AT = 8;
    private static final int MAPPED_AT = ADDRESS6_AT + 10;
    private static final int MAPPED_END = ADDRESS6_AT + 12;
    private static final int OVERHEAD = 4096;

    private final ProgramBuilder p;

    DatagramQueueRebuild(ProgramBuilder p) {
        this.p = p;
    }

    /** Adds the queue of a socket that is bound and has neither peer nor filter yet. */
    void fill(Socket socket, int number, List<Datagram> unread) {
        long room = 0;
        for (Datagram datagram : unread) {
            room += 2L * datagram.data().length() + OVERHEAD;
        }
        Slot size = p.space(8);
        p.call(
                SYS_getsockopt,
                Arg.of(number),
                Arg.of(SOL_SOCKET),
                Arg.of(Sockets.SO_RCVBUF),
                size,
                p.ints(Integer.BYTES));
        set(Arg.of(number), SOL_SOCKET, Sockets.SO_RCVBUFFORCE, p.ints((int) Math.min(Integer.MAX_VALUE / 4, room)));
        for (Datagram datagram : unread) {
            send(datagram, socket.localAddress().toArray());
        }
        // The kernel doubles what it is told, and locks it.
        p.store4(size, p.shiftRight(p.load4(size), Arg.of(1)));
        set(Arg.of(number), SOL_SOCKET, Sockets.SO_RCVBUFFORCE, size);
        int locked = SocketOptionsRebuild.value(socket.options(), SOL_SOCKET, Sockets.SO_BUF_LOCK);
        set(Arg.of(number), SOL_SOCKET, Sockets.SO_BUF_LOCK, p.ints(locked));
    }

    private void send(Datagram datagram, byte[] to) {
        byte[] from = plain(datagram.sender().toArray());
        boolean four = from[0] == AF_INET;
        byte[] target = target(plain(to), from);
        ByteBuffer packet = ByteBuffer.allocate(UDP_HEADER + datagram.data().length()); // in network order
        packet.put(from, 2, 2).put(to, 2, 2).putShort((short) packet.capacity()).putShort((short) 0);
        packet.put(datagram.data().toArray());
        String about = "a datagram from " + SocketAddresses.describe(from);

        int family = four ? AF_INET : AF_INET6;
        Step raw = p.privileged(SYS_socket, family, Sockets.SOCK_RAW | Sockets.SOCK_CLOEXEC, IPPROTO_UDP)
                .about(about);
        if (four) {
            set(raw, IPPROTO_IP, IP_TRANSPARENT, p.ints(1));
        } else {
            set(raw, IPPROTO_IPV6, IPV6_TRANSPARENT, p.ints(1));
            set(raw, IPPROTO_IPV6, IPV6_CHECKSUM, p.ints(CHECKSUM_AT));
        }
        p.privileged(SYS_bind, raw, p.bytes(withoutPort(from)), Arg.of(from.length))
                .about(about);
        p.privileged(
                        SYS_sendto,
                        raw,
                        p.bytes(packet.array()),
                        Arg.of(packet.capacity()),
                        Arg.of(Sockets.MSG_DONTWAIT),
                        p.bytes(target),
                        Arg.of(target.length))
                .about(about);
        p.attempt(SYS_close, raw);
    }

    private void set(Arg socket, int level, int name, Slot value) {
        p.attempt(SYS_setsockopt, socket, Arg.of(level), Arg.of(name), value, Arg.of(Integer.BYTES));
    }

    // IPv4 by way of an IPv6 socket is IPv4: ::ffff:a.b.c.d.
    private static byte[] plain(byte[] address) {
        if (address[0] != AF_INET6 || address[MAPPED_AT] != -1 || address[MAPPED_AT + 1] != -1) {
            return address;
        }
        for (int i = ADDRESS6_AT; i < MAPPED_AT; i++) {
            if (address[i] != 0) {
                return address;
            }
        }
        byte[] four = new byte[16];
        four[0] = AF_INET;
        System.arraycopy(address, 2, four, 2, 2);
        System.arraycopy(address, MAPPED_END, four, 4, 4);
        return four;
    }

    // A socket that is bound to any address is reached at the loopback one of the sender's family.
    private static byte[] target(byte[] to, byte[] from) {
        byte[] target = to[0] == from[0] ? withoutPort(to) : new byte[from.length];
        target[0] = from[0];
        boolean four = from[0] == AF_INET;
        int at = four ? 4 : ADDRESS6_AT;
        int length = four ? 4 : 16;
        if (Arrays.equals(target, at, at + length, new byte[length], 0, length)) {
            if (four) {
                target[at] = 127;
            }
            target[at + length - 1] = 1;
        }
        return target;
    }

    private static byte[] withoutPort(byte[] address) {
        byte[] plain = address.clone();
        plain[2] = 0;
        plain[3] = 0;
        return plain;
    }
}
