package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pread64;

import dev.reprise.engine.model.PageBatch;
import dev.reprise.engine.model.PageSink;
import dev.reprise.engine.tracee.ProgramRunner;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.ProcessMemory;
import dev.reprise.kernel.RemoteAddress;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Writes the pages of a frozen process to a sink, through a buffer of ours. */
final class PageOutput {
    private static final int BUFFER = 1 << 20;

    private final int pid;
    private final PageSink sink;

    PageOutput(int pid, ProgramRunner runner, PageSink sink) {
        this.pid = pid;
        this.sink = sink;
    }

    /** Reads bytes of an object into a buffer: {@code start} is an address or an offset. */
    private interface Source {
        void read(long start, MemorySegment into) throws KernelException;
    }

    /** Everything that the state has announced, in its order. */
    void write(AddressSpace space, List<MemoryFile> files) throws KernelException, IOException {
        try (Arena arena = Arena.ofConfined();
                ProcessMemory memory = new ProcessMemory(pid)) {
            MemorySegment buffer = arena.allocate(BUFFER, PageRun.PAGE_SIZE);
            write(space.id(), space.runs(), buffer, (start, into) -> memory.readHidden(new RemoteAddress(start), into));
            for (MemoryFile file : files) {
                write(file.memory().id(), file.memory().runs(), buffer, (start, into) -> read(file, start, into));
            }
        }
    }

    private static void read(MemoryFile file, long start, MemorySegment into) throws KernelException {
        for (long done = 0; done < into.byteSize(); ) {
            long n = Door.require(
                    Door.call(
                            SYS_pread64,
                            file.file().number(),
                            into.address() + done,
                            into.byteSize() - done,
                            start + done),
                    "pread64",
                    file.memory().name());
            if (n == 0) {
                into.asSlice(done).fill((byte) 0);
                return;
            }
            done += n;
        }
    }

    private void write(ObjectId object, List<PageRun> runs, MemorySegment buffer, Source source)
            throws KernelException, IOException {
        List<PageRun> batch = new ArrayList<>();
        long bytes = 0;
        for (PageRun run : runs) {
            PageRun rest = run;
            while (rest != null) {
                long take = Math.min(rest.bytes(), BUFFER - bytes);
                batch.add(new PageRun(rest.start(), take / PageRun.PAGE_SIZE));
                bytes += take;
                rest = take == rest.bytes()
                        ? null
                        : new PageRun(rest.start() + take, (rest.bytes() - take) / PageRun.PAGE_SIZE);
                if (bytes == BUFFER) {
                    writeBatch(object, batch, buffer, source);
                    batch.clear();
                    bytes = 0;
                }
            }
        }
        if (!batch.isEmpty()) {
            writeBatch(object, batch, buffer, source);
        }
    }

    private void writeBatch(ObjectId object, List<PageRun> runs, MemorySegment buffer, Source source)
            throws KernelException, IOException {
        long at = 0;
        for (PageRun run : runs) {
            source.read(run.start(), buffer.asSlice(at, run.bytes()));
            at += run.bytes();
        }
        ByteBuffer data = buffer.asSlice(0, at).asByteBuffer();
        switch (sink) {
            case PageSink.InPlace file -> {
                PageBatch batch = file.place(object, runs);
                file.fill(batch, 0, data);
                file.done(batch);
            }
            case PageSink.Streamed stream -> {
                stream.begin(object, runs);
                stream.data(data);
            }
        }
    }
}
