package dev.reprise.engine.capture;

import dev.reprise.engine.model.PageBatch;
import dev.reprise.engine.model.PageSink;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.kernel.KernelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Pages on the way through buffers of ours: to streams, from memory objects, and where a process cannot write itself. */
final class PagesThroughTool {
    private final PageSink sink;
    private final PageReader reader;
    private final Pace pace;

    PagesThroughTool(PageSink sink, PageReader reader, Pace pace) {
        this.sink = sink;
        this.reader = reader;
        this.pace = pace;
    }

    /** Reads some runs of an object into a reader's buffer. */
    @FunctionalInterface
    private interface Source {
        ByteBuffer read(PageReader reader, List<PageRun> runs) throws KernelException;
    }

    /** Writes the pages of a process. */
    void write(AddressSpace space) throws KernelException, IOException {
        write(space.id(), space.runs(), PageReader::read);
    }

    /** Writes the contents of a memory object. */
    void write(MemoryFile file) throws KernelException, IOException {
        write(file.memory().id(), file.memory().runs(), (by, runs) -> by.read(file, runs));
    }

    private void write(ObjectId object, List<PageRun> runs, Source source) throws KernelException, IOException {
        switch (sink) {
            case PageSink.InPlace file -> write(file, object, runs, source);
            case PageSink.Streamed stream -> {
                long most = Math.min(PageReader.BUFFER, pace.batchBytes());
                LaneOutput.Opening more = () -> new Through(reader.another(), source, true);
                new LaneOutput(stream, object, PageBatch.cut(runs, most), more, pace)
                        .write(new Through(reader, source, false));
            }
        }
    }

    private record Through(PageReader reader, Source source, boolean isOwn) implements LaneOutput.Reading {
        @Override
        public ByteBuffer read(List<PageRun> runs) throws KernelException {
            return source.read(reader, runs);
        }

        @Override
        public void close() {
            if (isOwn) {
                reader.close();
            }
        }
    }

    private void write(PageSink.InPlace file, ObjectId object, List<PageRun> runs, Source source)
            throws KernelException, IOException {
        for (List<PageRun> part : PageBatch.cut(runs, pace.batchBytes())) {
            PageBatch batch = file.place(object, part);
            long at = 0;
            for (List<PageRun> piece : PageBatch.cut(part, PageReader.BUFFER)) {
                ByteBuffer data = source.read(reader, piece);
                int bytes = data.remaining();
                file.fill(batch, at, data);
                at += bytes;
                pace.wrote(bytes);
            }
            file.done(batch);
        }
    }
}
