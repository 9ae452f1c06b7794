package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fcntl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pipe2;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_read;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_tee;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.Pipe;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Native;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes in a pipe, without taking them out: tee(2) makes a pipe of ours refer to the same buffers.
 *
 * <p>tee keeps the marks of packets (PIPE_BUF_FLAG_PACKET), so a read of the copy ends where a read of the original would.
 */
final class PipeContents {
    private static final int SPLICE_F_NONBLOCK = 2;

    private PipeContents() {}

    /** The id of the pipe behind an end; its record is added when it is seen for the first time. */
    static ObjectId pipeOf(LiveDescriptor d, Object key, DescriptorTake take) throws KernelException {
        ObjectId known = take.objects().find(key);
        if (!known.equals(ObjectId.NONE)) {
            return known;
        }
        ObjectId id = take.objects().register(key);
        int capacity = (int) Door.require(
                Door.call(SYS_fcntl, d.copy().number(), Fcntl.F_GETPIPE_SZ), "fcntl", "F_GETPIPE_SZ of " + d.link());
        take.objects().add(new Pipe(id, capacity, d.ownership(), unread(d.copy(), capacity)));
        return id;
    }

    private static List<Bytes> unread(Fd end, int capacity) throws KernelException {
        // Whatever end it is: tee wants one to read from.
        try (Arena arena = Arena.ofConfined();
                Fd reader = Fd.open("/proc/self/fd/" + end.number(), Fcntl.O_RDONLY | Fcntl.O_NONBLOCK, 0)) {
            MemorySegment ends = arena.allocate(8, 4);
            Door.require(Door.call(SYS_pipe2, ends.address(), Fcntl.O_CLOEXEC | Fcntl.O_NONBLOCK), "pipe2", "");
            try (Fd out = new Fd(ends.get(JAVA_INT, 0));
                    Fd in = new Fd(ends.get(JAVA_INT, 4))) {
                Door.require(
                        Door.call(SYS_fcntl, in.number(), Fcntl.F_SETPIPE_SZ, capacity),
                        "fcntl",
                        "F_SETPIPE_SZ," + capacity);
                long length = Door.call(SYS_tee, reader.number(), in.number(), capacity, SPLICE_F_NONBLOCK);
                return length == -Errno.EAGAIN.code() || length == 0
                        ? List.of()
                        : pieces(out, Door.require(length, "tee", ""), arena.allocate(capacity));
            }
        }
    }

    private static List<Bytes> pieces(Fd copy, long length, MemorySegment buffer) throws KernelException {
        List<Bytes> pieces = new ArrayList<>();
        for (long rest = length; rest > 0; ) {
            long piece = Door.require(
                    Door.call(SYS_read, copy.number(), buffer.address(), buffer.byteSize()), "read", "pipe");
            pieces.add(Bytes.of(Native.copy(buffer, piece)));
            rest -= piece;
        }
        return pieces;
    }
}
