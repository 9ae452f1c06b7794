package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pread64;

import dev.reprise.image.state.PageRun;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Native;
import dev.reprise.kernel.ProcessMemory;
import dev.reprise.kernel.RemoteAddress;
import dev.reprise.kernel.RemoteVector;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;

/** Reads pages of a frozen process and of memory objects into one buffer of ours, again and again. */
final class PageReader implements AutoCloseable {
    /** The most that is read at once. */
    static final int BUFFER = 1 << 20;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buffer;
    private final RemoteVector vector = new RemoteVector(arena);
    private final HiddenRanges hidden;
    private final ProcessMemory memory;
    private final int pid;

    PageReader(int pid, HiddenRanges hidden) throws KernelException {
        try {
            this.buffer = Native.pages(arena, BUFFER);
        } catch (KernelException failed) {
            arena.close();
            throw failed;
        }
        this.memory = new ProcessMemory(pid);
        this.pid = pid;
        this.hidden = hidden;
    }

    /** One for the same process and another thread. */
    PageReader another() throws KernelException {
        return new PageReader(pid, hidden);
    }

    /** The contents of runs of at most {@link #BUFFER} bytes together; valid until the next read. */
    ByteBuffer read(List<PageRun> runs) throws KernelException {
        long done = 0;
        vector.clear();
        for (PageRun run : runs) {
            boolean isHidden = hidden.contains(run.start());
            if (isHidden || !vector.hasRoom()) {
                done = flush(done);
            }
            if (isHidden) {
                memory.readHidden(new RemoteAddress(run.start()), buffer.asSlice(done, run.bytes()));
                done += run.bytes();
            } else {
                vector.add(new RemoteAddress(run.start()), run.bytes());
            }
        }
        return buffer.asSlice(0, flush(done)).asByteBuffer();
    }

    private long flush(long done) throws KernelException {
        long bytes = vector.bytes();
        if (bytes > 0) {
            memory.read(vector, buffer.asSlice(done, bytes));
            vector.clear();
        }
        return done + bytes;
    }

    /** The contents of runs of a memory object; what lies behind its end is zero. */
    ByteBuffer read(MemoryFile file, List<PageRun> runs) throws KernelException {
        long done = 0;
        for (PageRun run : runs) {
            MemorySegment part = buffer.asSlice(done, run.bytes());
            long length = read(file, run.start(), part);
            part.asSlice(length).fill((byte) 0);
            done += run.bytes();
        }
        return buffer.asSlice(0, done).asByteBuffer();
    }

    private static long read(MemoryFile file, long offset, MemorySegment into) throws KernelException {
        long done = 0;
        while (done < into.byteSize()) {
            long n = Door.call(
                    SYS_pread64, file.file().number(), into.address() + done, into.byteSize() - done, offset + done);
            if (Door.require(n, "pread", file.memory().name()) == 0) {
                break;
            }
            done += n;
        }
        return done;
    }

    @Override
    public void close() {
        memory.close();
        arena.close();
    }
}
