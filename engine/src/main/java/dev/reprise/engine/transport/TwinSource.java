package dev.reprise.engine.transport;

import dev.reprise.engine.model.PageBatch;
import dev.reprise.engine.model.PageFile;
import dev.reprise.engine.model.PageSource;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.Twin;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * An image in a file of which processes hold memory: their pages come out of them, as they are now and have been since, the others
 * out of the file, verified.
 */
final class TwinSource implements PageSource.Streamed {
    private final FileSource file;
    private final Image saved;
    private final Image image;
    private final List<TwinProcess> twins = new ArrayList<>();
    private final Arena arena = Arena.ofShared();
    // One is filled while one is worked on.
    private final BlockingQueue<MemorySegment> free = new LinkedBlockingQueue<>();
    private @Nullable Iterator<Step> steps;
    private @Nullable TwinMemory memory;
    private @Nullable PageFile pages;
    private boolean isTwinLeftOut;

    /** What one chunk is. */
    private sealed interface Step {
        /** Of a twin. */
        record Held(TwinProcess twin, AddressSpace space, List<PageRun> runs, boolean isFirst) implements Step {}

        /** Of the file. */
        record Stored(PageBatch piece) implements Step {}
    }

    private TwinSource(FileSource file) {
        this.file = file;
        this.saved = file.image();
        this.image = saved.withoutTwins();
    }

    /** Takes over {@code file}; the processes must be there. */
    static TwinSource of(FileSource file) throws IOException {
        TwinSource source = new TwinSource(file);
        try {
            for (Twin twin : source.saved.twins()) {
                TwinProcess process = TwinProcess.find(twin);
                if (process == null) {
                    throw gone(twin, null);
                }
                source.twins.add(process);
            }
            return source;
        } catch (KernelException failure) {
            source.close();
            throw new IOException(
                    "its memory is held by a process that may not be read: " + failure.getMessage(), failure);
        } catch (IOException | RuntimeException failure) {
            source.close();
            throw failure;
        }
    }

    private static IOException gone(Twin twin, @Nullable Exception cause) {
        return new IOException(
                "process " + twin.pid()
                        + ", which held its memory, has ended (killed, or memory was short): it cannot come back",
                cause);
    }

    /** As if no process held anything of it. */
    @Override
    public Image image() {
        return image;
    }

    /** It stays as it is as long as one likes. */
    @Override
    public boolean canWait() {
        return true;
    }

    @Override
    public int lanes() {
        return 1;
    }

    @Override
    public @Nullable Twin twin() {
        return twins.size() == 1 && image.processes().size() == 1
                ? twins.getFirst().twin()
                : null;
    }

    @Override
    public void leaveOutTwin() {
        isTwinLeftOut = true;
    }

    @Override
    public @Nullable Chunk next() throws IOException {
        Iterator<Step> left = steps;
        if (left == null) {
            left = all().iterator();
            steps = left;
            for (int i = 0; i <= lanes(); i++) {
                free.add(arena.allocate(PageFile.PIECE, PageRun.PAGE_SIZE));
            }
        }
        if (!left.hasNext()) {
            requireAll();
            return null;
        }
        MemorySegment target = buffer();
        return switch (left.next()) {
            case Step.Held held -> next(held, target);
            case Step.Stored(PageBatch piece) -> {
                PageFile stored = pages;
                if (stored == null) {
                    stored = file.pages();
                    pages = stored;
                }
                PageFile.Piece read = stored.read(piece.position(), target.asByteBuffer());
                if (read.position() != piece.position() || read.bytes() != piece.bytes()) {
                    throw new IllegalStateException(read + " is not " + piece);
                }
                yield chunk(piece.object(), piece.runs(), target, read.bytes());
            }
        };
    }

    private Chunk next(Step.Held held, MemorySegment target) throws IOException {
        Twin twin = held.twin.twin();
        long bytes = new PageBatch(held.space.id(), held.runs, 0).bytes();
        MemorySegment data = target.asSlice(0, bytes);
        try {
            TwinMemory its = memory;
            if (its == null || held.isFirst) {
                closeMemory();
                its = new TwinMemory(twin.pid(), held.space, arena);
                memory = its;
            }
            its.read(held.runs, data);
        } catch (KernelException failure) {
            if (failure.errno() == Errno.ESRCH) {
                throw gone(twin, failure);
            }
            throw new IOException("its memory cannot be read: " + failure.getMessage(), failure);
        }
        return chunk(held.space.id(), held.runs, target, bytes);
    }

    private Chunk chunk(ObjectId object, List<PageRun> runs, MemorySegment buffer, long bytes) {
        return new Chunk(object, runs, List.of(), buffer.asSlice(0, bytes), () -> free.add(buffer));
    }

    private MemorySegment buffer() throws InterruptedIOException {
        try {
            return free.take();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    // What was read was theirs if they are still there.
    private void requireAll() throws IOException {
        for (TwinProcess twin : twins) {
            if (twin.hasEnded()) {
                throw gone(twin.twin(), null);
            }
        }
    }

    private List<Step> all() {
        List<Step> steps = new ArrayList<>();
        for (TwinProcess twin : isTwinLeftOut ? List.<TwinProcess>of() : twins) {
            AddressSpace space = image.object(twin.twin().space(), AddressSpace.class);
            boolean isFirst = true;
            for (List<PageRun> runs : PageBatch.cut(space.runs(), PageFile.PIECE)) {
                steps.add(new Step.Held(twin, space, runs, isFirst));
                isFirst = false;
            }
        }
        for (PageBatch batch : file.batches()) {
            long position = batch.position();
            for (List<PageRun> runs : PageBatch.cut(batch.runs(), PageFile.PIECE)) {
                PageBatch piece = new PageBatch(batch.object(), runs, position);
                position += piece.bytes();
                steps.add(new Step.Stored(piece));
            }
        }
        return steps;
    }

    private void closeMemory() {
        if (memory != null) {
            memory.close();
            memory = null;
        }
    }

    @Override
    public void close() {
        closeMemory();
        if (pages != null) {
            pages.close();
        }
        file.close();
        twins.forEach(TwinProcess::close);
        arena.close();
    }
}
