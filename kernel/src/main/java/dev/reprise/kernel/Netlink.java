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

/** A netlink socket of one protocol, in the network namespace of the thread that opens it (include/uapi/linux/netlink.h). */
final class Netlink implements AutoCloseable {
    static final int NLM_F_EXCL_CREATE = 0x600;
    private static final int NLM_F_REQUEST_ACK = 5;
    private static final int NLM_F_REQUEST_DUMP = 0x301;
    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;
    /** struct nlmsghdr { u32 len; u16 type, flags; u32 seq, pid; }. */
    private static final int HEADER = 16;

    private static final int BUFFER = 1 << 16;

    private final Fd fd;
    private final String name;

    private Netlink(Fd fd, String name) {
        this.fd = fd;
        this.name = name;
    }

    /** {@code name}: the protocol's, for errors. */
    static Netlink open(int protocol, String name) throws KernelException {
        long socket = Door.call(SYS_socket, Sockets.AF_NETLINK, Sockets.SOCK_RAW | Sockets.SOCK_CLOEXEC, protocol);
        return new Netlink(new Fd(Door.require(socket, "socket", name)), name);
    }

    /** An answer to a dump, without its header. */
    record Answer(int type, MemorySegment body) {}

    /** The answers to a request for all of something. */
    List<Answer> dump(Arena arena, int type, byte[] request, String about) throws KernelException {
        send(arena, type, NLM_F_REQUEST_DUMP, request, about);
        List<Answer> answers = new ArrayList<>();
        while (receive(arena, answers, about)) {
            // one more part
        }
        return answers;
    }

    /** What the kernel says to a request to do something: 0, or -errno. */
    int request(int type, int flags, byte[] request, String about) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            send(arena, type, NLM_F_REQUEST_ACK | flags, request, about);
            MemorySegment answer = arena.allocate(BUFFER, 8);
            long length = receive(answer, about);
            return length < HEADER + 4 ? -Errno.EIO.code() : answer.get(JAVA_INT, HEADER);
        }
    }

    private void send(Arena arena, int type, int flags, byte[] request, String about) throws KernelException {
        MemorySegment question = arena.allocate(HEADER + request.length, 8);
        question.set(JAVA_INT, 0, HEADER + request.length);
        question.set(JAVA_SHORT, 4, (short) type);
        question.set(JAVA_SHORT, 6, (short) flags);
        question.asSlice(HEADER).copyFrom(MemorySegment.ofArray(request));
        Door.require(
                Door.call(SYS_sendto, fd.number(), question.address(), question.byteSize(), 0, 0, 0), "sendto", about);
    }

    private long receive(MemorySegment buffer, String about) throws KernelException {
        return Door.require(Door.call(SYS_recvfrom, fd.number(), buffer.address(), BUFFER, 0, 0, 0), "recvfrom", about);
    }

    private boolean receive(Arena arena, List<Answer> answers, String about) throws KernelException {
        MemorySegment buffer = arena.allocate(BUFFER, 8);
        long length = receive(buffer, about);
        for (long at = 0; at + HEADER <= length; ) {
            int size = buffer.get(JAVA_INT, at);
            short type = buffer.get(JAVA_SHORT, at + 4);
            switch (type) {
                case NLMSG_DONE -> {
                    return false;
                }
                case NLMSG_ERROR -> throw new KernelException(name, about, Errno.of(buffer.get(JAVA_INT, at + HEADER)));
                default -> answers.add(new Answer(type, buffer.asSlice(at + HEADER, size - HEADER)));
            }
            at += (size + 3) & ~3;
        }
        return length > 0;
    }

    @Override
    public void close() {
        fd.close();
    }
}
