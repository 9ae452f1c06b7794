package dev.reprise.engine.capture;

import dev.reprise.kernel.Btf.UnknownLayoutException;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.KernelMemory;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What lies in the queues of UNIX sockets that no call of ours shows: of a connection that nobody has accepted, or with urgent bytes among it. Read
 * from the kernel's memory (include/linux/skbuff.h), while all who could change it are frozen.
 */
final class SocketBuffers {
    private static final int MOST = 1 << 16;

    private final KernelMemory memory;

    SocketBuffers(KernelMemory memory) {
        this.memory = memory;
    }

    /** A piece of a queue; {@code urgent}: that which MSG_OOB would receive. */
    @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
    record Piece(byte[] data, boolean urgent) {}

    /** What a client has sent to the end of its connection that nobody has; null where there is more than bytes. */
    @Nullable
    List<Piece> sentBy(Fd client) throws KernelException, UnknownLayoutException {
        long end = memory.field(socket(client), "unix_sock", "peer");
        return end == 0 ? List.of() : of(end);
    }

    /** What waits to be read; null where there is more than bytes. */
    @Nullable
    List<Piece> waitingAt(Fd socket) throws KernelException, UnknownLayoutException {
        return of(socket(socket));
    }

    private long socket(Fd fd) throws KernelException, UnknownLayoutException {
        return memory.field(memory.field(memory.file(fd), "file", "private_data"), "socket", "sk");
    }

    private @Nullable List<Piece> of(long socket) throws KernelException, UnknownLayoutException {
        long head = socket + memory.offset("sock", "sk_receive_queue");
        long urgent = memory.field(socket, "unix_sock", "oob_skb");
        List<Piece> pieces = new ArrayList<>();
        long buffer = memory.field(head, "sk_buff_head", "next");
        // Of a program that runs, what is read may lead in a circle.
        for (int i = 0; buffer != head && i < MOST; i++) {
            int whole = (int) memory.field(buffer, "sk_buff", "len");
            long control = buffer + memory.offset("sk_buff", "cb");
            int read = (int) memory.field(control, "unix_skb_parms", "consumed");
            // pages of their own, and open files
            if (memory.field(buffer, "sk_buff", "data_len") != 0
                    || memory.field(control, "unix_skb_parms", "fp") != 0) {
                return null;
            }
            if (whole > read || buffer == urgent) {
                long data = memory.field(buffer, "sk_buff", "data");
                pieces.add(new Piece(memory.read(data + read, whole - read), buffer == urgent));
            }
            buffer = memory.field(buffer, "sk_buff", "next");
        }
        return pieces;
    }
}
