package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_recvfrom;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_sendto;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_socket;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** NETLINK_SOCK_DIAG: all sockets of one kind in our network namespace (include/uapi/linux/sock_diag.h). */
final class SockDiag {
    private static final int NETLINK_SOCK_DIAG = 4;
    private static final int SOCK_DIAG_BY_FAMILY = 20;
    private static final int SOCK_DESTROY = 21;
    private static final int NLM_F_REQUEST_ACK = 5;
    private static final int NLM_F_REQUEST_DUMP = 0x301;
    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;
    /** struct nlmsghdr { u32 len; u16 type, flags; u32 seq, pid; }. */
    private static final int HEADER = 16;

    private static final int BUFFER = 1 << 16;

    private SockDiag() {}

    /** The answers to a request, each without its header. */
    static List<MemorySegment> dump(Arena arena, byte[] request, String about) throws KernelException {
        long socket = Door.require(
                Door.call(SYS_socket, Sockets.AF_NETLINK, Sockets.SOCK_RAW | Sockets.SOCK_CLOEXEC, NETLINK_SOCK_DIAG),
                "socket",
                "NETLINK_SOCK_DIAG");
        try (Fd fd = new Fd(socket)) {
            MemorySegment question = message(arena, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST_DUMP, request);
            Door.require(
                    Door.call(SYS_sendto, fd.number(), question.address(), question.byteSize(), 0, 0, 0),
                    "sendto",
                    about);
            List<MemorySegment> answers = new ArrayList<>();
            while (receive(arena, fd, answers, about)) {
                // one more part
            }
            return answers;
        }
    }

    /** Whether the kernel has ended the socket of a request. */
    static boolean destroy(byte[] request) {
        long socket =
                Door.call(SYS_socket, Sockets.AF_NETLINK, Sockets.SOCK_RAW | Sockets.SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
        if (Door.isError(socket)) {
            return false;
        }
        try (Fd fd = new Fd(socket);
                Arena arena = Arena.ofConfined()) {
            MemorySegment question = message(arena, SOCK_DESTROY, NLM_F_REQUEST_ACK, request);
            MemorySegment answer = arena.allocate(BUFFER, 8);
            long sent = Door.call(SYS_sendto, fd.number(), question.address(), question.byteSize(), 0, 0, 0);
            long length =
                    Door.isError(sent) ? sent : Door.call(SYS_recvfrom, fd.number(), answer.address(), BUFFER, 0, 0, 0);
            return length >= HEADER + 4 && answer.get(JAVA_INT, HEADER) == 0;
        }
    }

    private static MemorySegment message(Arena arena, int type, int flags, byte[] request) {
        MemorySegment question = arena.allocate(HEADER + request.length, 8);
        question.set(JAVA_INT, 0, HEADER + request.length);
        question.set(JAVA_SHORT, 4, (short) type);
        question.set(JAVA_SHORT, 6, (short) flags);
        question.asSlice(HEADER).copyFrom(MemorySegment.ofArray(request));
        return question;
    }

    private static boolean receive(Arena arena, Fd fd, List<MemorySegment> answers, String about)
            throws KernelException {
        MemorySegment buffer = arena.allocate(BUFFER, 8);
        long length = Door.require(
                Door.call(SYS_recvfrom, fd.number(), buffer.address(), BUFFER, 0, 0, 0), "recvfrom", about);
        for (long at = 0; at + HEADER <= length; ) {
            int size = buffer.get(JAVA_INT, at);
            switch (buffer.get(JAVA_SHORT, at + 4)) {
                case NLMSG_DONE -> {
                    return false;
                }
                case NLMSG_ERROR ->
                    throw new KernelException("sock_diag", about, Errno.of(buffer.get(JAVA_INT, at + HEADER)));
                default -> answers.add(buffer.asSlice(at + HEADER, size - HEADER));
            }
            at += (size + 3) & ~3;
        }
        return length > 0;
    }
}
