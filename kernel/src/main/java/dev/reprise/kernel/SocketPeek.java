package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_recvmsg;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What recvmsg(2) with MSG_PEEK finds: a copy, the queue stays as it is.
 *
 * @param data the bytes
 * @param address who sent it, as a sockaddr; empty for nobody
 * @param credentials struct ucred of SCM_CREDENTIALS: pid, uid, gid; empty where there are none
 * @param files copies of the descriptors that come with it; the caller closes them
 * @param truncated whether there is more of the message, or of its descriptors
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record SocketPeek(byte[] data, byte[] address, int[] credentials, List<Fd> files, boolean truncated) {
    // struct msghdr { void *name; u32 namelen, pad; iovec *iov; u64 iovlen; void *control; u64 controllen; int flags; }
    private static final int HEADER = 56;
    private static final int NAME_LENGTH = 8;
    private static final int VECTOR = 16;
    private static final int VECTORS = 24;
    private static final int CONTROL = 32;
    private static final int CONTROL_LENGTH = 40;
    private static final int FLAGS = 48;
    private static final int CONTROL_SIZE = 4096;
    // struct cmsghdr { u64 len; int level, type; }
    private static final int CMSG_HEADER = 16;
    private static final int UCRED = 12;

    public SocketPeek {
        files = List.copyOf(files);
    }

    /** The next message, at most {@code size} bytes of it; null when there is none. */
    public static @Nullable SocketPeek next(Fd socket, int size) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(Math.max(size, 1), 8);
            MemorySegment name = arena.allocate(Sockets.ADDRESS_SIZE, 8);
            MemorySegment control = arena.allocate(CONTROL_SIZE, 8);
            MemorySegment vector = arena.allocate(16, 8);
            vector.set(JAVA_LONG, 0, data.address());
            vector.set(JAVA_LONG, 8, size);
            MemorySegment header = arena.allocate(HEADER, 8);
            header.set(JAVA_LONG, 0, name.address());
            header.set(JAVA_INT, NAME_LENGTH, Sockets.ADDRESS_SIZE);
            header.set(JAVA_LONG, VECTOR, vector.address());
            header.set(JAVA_LONG, VECTORS, 1);
            header.set(JAVA_LONG, CONTROL, control.address());
            header.set(JAVA_LONG, CONTROL_LENGTH, CONTROL_SIZE);
            int flags = Sockets.MSG_PEEK | Sockets.MSG_DONTWAIT | Sockets.MSG_CMSG_CLOEXEC;
            long length = Door.call(SYS_recvmsg, socket.number(), header.address(), flags);
            if (length == -Errno.EAGAIN.code()) {
                return null;
            }
            Door.require(length, "recvmsg", "MSG_PEEK");
            int[] credentials = new int[0];
            List<Fd> files = new ArrayList<>(0);
            long end = header.get(JAVA_LONG, CONTROL_LENGTH);
            for (long at = 0; at + CMSG_HEADER <= end; ) {
                long whole = control.get(JAVA_LONG, at);
                if (control.get(JAVA_INT, at + 8) == Sockets.SOL_SOCKET) {
                    int type = control.get(JAVA_INT, at + 12);
                    if (type == Sockets.SCM_RIGHTS) {
                        for (long i = at + CMSG_HEADER; i + 4 <= at + whole; i += 4) {
                            files.add(new Fd(control.get(JAVA_INT, i)));
                        }
                    } else if (type == Sockets.SCM_PIDFD && control.get(JAVA_INT, at + CMSG_HEADER) >= 0) {
                        new Fd(control.get(JAVA_INT, at + CMSG_HEADER)).close(); // of the sender, made for us
                    } else if (type == Sockets.SCM_CREDENTIALS && whole >= CMSG_HEADER + UCRED) {
                        credentials = new int[] {
                            control.get(JAVA_INT, at + CMSG_HEADER),
                            control.get(JAVA_INT, at + CMSG_HEADER + 4),
                            control.get(JAVA_INT, at + CMSG_HEADER + 8)
                        };
                    }
                }
                at += (whole + 7) & ~7L;
            }
            boolean truncated = (header.get(JAVA_INT, FLAGS) & (Sockets.MSG_TRUNC | Sockets.MSG_CTRUNC)) != 0;
            return new SocketPeek(
                    Native.copy(data, length),
                    Native.copy(name, header.get(JAVA_INT, NAME_LENGTH)),
                    credentials,
                    files,
                    truncated);
        }
    }
}
