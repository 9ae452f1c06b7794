package dev.reprise.engine;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pwritev2;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_write;

import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.FileStatus;
import dev.reprise.kernel.KernelException;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * One of the caller's descriptors, written to while a program is frozen: what its reader does not take now is kept, tried
 * again with what comes next, and waited for only by {@link #close}. The reader may be a stopped terminal, somebody who reads slowly, or
 * itself in the set that is frozen (tmux): waiting for it then would keep the set frozen, for ever.
 *
 * <p>The descriptor's own O_NONBLOCK is never touched: others share it. A descriptor that cannot be written to any more (EPIPE, EIO)
 * swallows the rest. For one thread.
 */
public final class NonBlockingOutput extends OutputStream {
    private static final int RWF_NOWAIT = 8;
    private static final int IOVEC_BYTES = 16;
    private static final long AT_POSITION = -1;

    private final int descriptor;
    private final Way way;
    private byte[] kept = {};

    private sealed interface Way {
        /** A file waits for nobody. */
        record Direct() implements Way {}

        /** Each write says that it does not wait: sockets, and pipes of others. */
        record NoWait() implements Way {}

        /** A terminal, a pipe or a FIFO (which knows no RWF_NOWAIT), opened anew. */
        record Reopened(Fd own) implements Way {}
    }

    /** Writes to this descriptor, which stays the caller's. */
    public NonBlockingOutput(int descriptor) {
        this.descriptor = descriptor;
        this.way = way(descriptor);
    }

    private static Way way(int descriptor) {
        String path = "/proc/self/fd/" + descriptor;
        try {
            return FileStatus.of(path).isRegular()
                    ? new Way.Direct()
                    : new Way.Reopened(Fd.open(path, Fcntl.O_WRONLY | Fcntl.O_NONBLOCK | Fcntl.O_NOCTTY, 0));
        } catch (KernelException notToBeOpened) {
            return new Way.NoWait();
        }
    }

    @Override
    public void write(int one) {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        ByteArrayOutputStream all = new ByteArrayOutputStream(kept.length + length);
        all.writeBytes(kept);
        all.write(bytes, offset, length);
        kept = all.toByteArray();
        put(false);
    }

    private void put(boolean wait) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom(ValueLayout.JAVA_BYTE, kept);
            MemorySegment vector = arena.allocate(IOVEC_BYTES, Long.BYTES);
            long at = 0;
            while (at < text.byteSize()) {
                long result = put(text.address() + at, text.byteSize() - at, vector, wait);
                if (result == -Errno.EAGAIN.code()) {
                    break;
                }
                if (Door.isError(result) && result != -Errno.EINTR.code()) {
                    at = text.byteSize();
                }
                at += Math.max(0, result);
            }
            kept = text.asSlice(at).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    private long put(long address, long length, MemorySegment vector, boolean wait) {
        if (wait || way instanceof Way.Direct) {
            return Door.call(SYS_write, descriptor, address, length);
        }
        if (way instanceof Way.Reopened(Fd own)) {
            return Door.call(SYS_write, own.number(), address, length);
        }
        vector.set(ValueLayout.JAVA_LONG, 0, address);
        vector.set(ValueLayout.JAVA_LONG, Long.BYTES, length);
        long result = Door.call(SYS_pwritev2, descriptor, vector.address(), 1, AT_POSITION, AT_POSITION, RWF_NOWAIT);
        return result == -Errno.EOPNOTSUPP.code() ? Door.call(SYS_write, descriptor, address, length) : result;
    }

    /** Waits until all has been taken. */
    @Override
    public void close() {
        put(true);
        if (way instanceof Way.Reopened(Fd own)) {
            own.close();
        }
    }
}
