package dev.reprise.engine.capture;

import dev.reprise.kernel.Btf.UnknownLayoutException;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.KernelMemory;
import dev.reprise.kernel.Sockets;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * What lies in the queues of TCP sockets that no call of ours shows: of a connection that nobody has accepted, or behind an urgent byte. Read from the
 * kernel's memory (include/linux/skbuff.h, net/tcp.h), while both ends are frozen.
 */
final class TcpBuffers {
    /** TCP_URG_VALID */
    private static final int URGENT = 0x100;

    private static final int MOST = 1 << 16;
    private static final int NO_PAGE = 1; // the lowest bit of a netmem_ref that is none

    private final KernelMemory memory;

    TcpBuffers(KernelMemory memory) {
        this.memory = memory;
    }

    /** The bytes; at {@code urgent} that which MSG_OOB would receive, -1: none. */
    @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
    record Unread(byte[] data, int urgent) {}

    /** Of a socket. */
    Unread of(Fd socket) throws KernelException, UnknownLayoutException {
        return of(socket(socket));
    }

    /** Of the connection that came to a listening socket from {@code client} (a sockaddr), and that nobody has accepted. */
    Unread waiting(Fd listening, byte[] client) throws KernelException, UnknownLayoutException {
        long request = memory.field(socket(listening), "inet_connection_sock", "icsk_accept_queue.rskq_accept_head");
        for (int i = 0; request != 0 && i < MOST; i++) {
            long child = memory.field(request, "request_sock", "sk");
            if (isFrom(child, client)) {
                return of(child);
            }
            request = memory.field(request, "request_sock", "dl_next");
        }
        throw new UnknownLayoutException("the queue of a listening socket");
    }

    private long socket(Fd fd) throws KernelException, UnknownLayoutException {
        return memory.field(memory.field(memory.file(fd), "file", "private_data"), "socket", "sk");
    }

    private boolean isFrom(long child, byte[] client) throws KernelException, UnknownLayoutException {
        ByteBuffer address = ByteBuffer.wrap(client).order(ByteOrder.LITTLE_ENDIAN);
        if ((short) memory.field(child, "sock_common", "skc_dport") != address.getShort(2)) {
            return false;
        }
        boolean four = client[0] == Sockets.AF_INET;
        boolean mapped = !four && address.getLong(8) == 0 && address.getInt(16) == 0xffff0000;
        if (four || mapped) {
            return (int) memory.field(child, "sock_common", "skc_daddr") == address.getInt(four ? 4 : 20);
        }
        byte[] theirs = memory.read(child + memory.offset("sock_common", "skc_v6_daddr"), 16);
        return Arrays.equals(theirs, Arrays.copyOfRange(client, 8, 24));
    }

    private Unread of(long socket) throws KernelException, UnknownLayoutException {
        int next = (int) memory.field(socket, "tcp_sock", "copied_seq");
        int first = next;
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        long head = socket + memory.offset("sock", "sk_receive_queue");
        long buffer = memory.field(head, "sk_buff_head", "next");
        for (int i = 0; buffer != head && i < MOST; i++) {
            int sequence = (int) memory.field(buffer + memory.offset("sk_buff", "cb"), "tcp_skb_cb", "seq");
            byte[] data = data(buffer);
            int seen = Math.min(Math.max(0, next - sequence), data.length);
            all.write(data, seen, data.length - seen);
            next += data.length - seen;
            buffer = memory.field(buffer, "sk_buff", "next");
        }
        boolean urgent = (memory.field(socket, "tcp_sock", "urg_data") & URGENT) != 0;
        int at = (int) memory.field(socket, "tcp_sock", "urg_seq") - first;
        return new Unread(all.toByteArray(), urgent && at >= 0 && at < all.size() ? at : -1);
    }

    // Bytes of its own, then pieces of pages.
    private byte[] data(long buffer) throws KernelException, UnknownLayoutException {
        int whole = (int) memory.field(buffer, "sk_buff", "len");
        int inPages = (int) memory.field(buffer, "sk_buff", "data_len");
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        data.writeBytes(memory.read(memory.field(buffer, "sk_buff", "data"), whole - inPages));
        if (inPages > 0) {
            long shared = memory.field(buffer, "sk_buff", "head") + memory.field(buffer, "sk_buff", "end");
            addPages(shared, data);
        }
        if (data.size() != whole) {
            throw new UnknownLayoutException("a buffer of " + whole + " bytes");
        }
        return data.toByteArray();
    }

    private void addPages(long shared, ByteArrayOutputStream data) throws KernelException, UnknownLayoutException {
        int count = (int) memory.field(shared, "skb_shared_info", "nr_frags");
        int size = memory.size("skb_frag");
        for (int i = 0; i < count; i++) {
            long piece = shared + memory.offset("skb_shared_info", "frags") + (long) size * i;
            long description = memory.field(piece, "skb_frag", "netmem");
            if ((description & NO_PAGE) != 0) {
                throw new UnknownLayoutException("a buffer in a device");
            }
            long at = memory.page(description) + memory.field(piece, "skb_frag", "offset");
            data.writeBytes(memory.read(at, (int) memory.field(piece, "skb_frag", "len")));
        }
        long more = memory.field(shared, "skb_shared_info", "frag_list");
        for (int i = 0; more != 0 && i < MOST; i++) {
            data.writeBytes(data(more));
            more = memory.field(more, "sk_buff", "next");
        }
    }
}
