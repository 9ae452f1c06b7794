package dev.reprise.engine;

import dev.reprise.engine.model.ExecutableOptions;
import dev.reprise.engine.model.PageBatch;
import dev.reprise.engine.model.PagePlaces;
import dev.reprise.engine.model.PageSink;
import dev.reprise.engine.model.PageSource;
import dev.reprise.engine.model.Progress;
import dev.reprise.engine.model.Refusal;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.engine.rebuild.Executable;
import dev.reprise.engine.rebuild.ExecutableLook;
import dev.reprise.engine.transport.Aside;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRepeat;
import dev.reprise.image.state.PageRun;
import dev.reprise.kernel.KernelException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * An image as an executable file: its pages are written in place, the program that restores it when they are there; it
 * gets its name, mode 0700, when it is complete.
 */
final class ExecutableFile implements PageSink.InPlace {
    private static final String OWN = "rwx------";

    private final Aside aside;
    private final ExecutableOptions options;
    private final FileChannel file;
    private final Progress progress;
    private final List<PageBatch> batches = new ArrayList<>();
    private final List<Image> images = new ArrayList<>(1);
    private long position = Executable.PAGES;

    private ExecutableFile(Aside aside, ExecutableOptions options, Progress progress) {
        this.aside = aside;
        this.options = options;
        this.file = aside.file();
        this.progress = progress;
    }

    static ExecutableFile create(Path target, ExecutableOptions options, Progress progress) throws IOException {
        return new ExecutableFile(Aside.create(target, options.sync(), OWN), options, progress);
    }

    /** Takes a whole image; the end of a stream is the verified end of it. */
    void copy(PageSource source) throws IOException {
        state(source.image());
        switch (source) {
            case PageSource.InPlace inPlace -> copy(inPlace);
            case PageSource.Streamed stream -> copy(stream);
        }
    }

    private void copy(PageSource.Streamed stream) throws IOException {
        PagePlaces places = new PagePlaces();
        for (PageSource.Chunk chunk = stream.next(); chunk != null; chunk = stream.next()) {
            try (PageSource.Chunk pages = chunk) {
                PageBatch placed = place(pages.object(), pages.stored());
                fill(placed, 0, pages.data().asByteBuffer());
                places.add(placed);
                for (PageRepeat repeat : pages.repeats()) {
                    batches.addAll(places.add(pages.object(), repeat));
                }
            }
        }
    }

    private void copy(PageSource.InPlace source) throws IOException {
        try (FileChannel from = FileChannel.open(source.path(), StandardOpenOption.READ)) {
            for (PageBatch batch : source.batches()) {
                PageBatch placed = place(batch.object(), batch.runs());
                long done = 0;
                while (done < batch.bytes()) {
                    file.position(placed.position() + done);
                    long n = from.transferTo(batch.position() + done, batch.bytes() - done, file);
                    if (n <= 0) {
                        throw new IOException("the image has become shorter");
                    }
                    done += n;
                }
            }
        }
    }

    @Override
    public Path path() {
        return aside.path();
    }

    @Override
    public void state(Image image) throws IOException {
        try {
            List<Refusal> refusals = ExecutableLook.refusals(image);
            if (!refusals.isEmpty()) {
                throw new NotExecutable(image.processes().getFirst().pid(), refusals);
            }
        } catch (KernelException failure) {
            throw new IOException(failure.getMessage(), failure);
        }
        ExecutableLook.warnings(image).forEach(progress::warning);
        images.add(image);
    }

    @Override
    public PageBatch place(ObjectId object, List<PageRun> runs) {
        PageBatch batch = new PageBatch(object, runs, position);
        batches.add(batch);
        position += batch.bytes();
        return batch;
    }

    @Override
    public void fill(PageBatch batch, long at, ByteBuffer bytes) throws IOException {
        write(bytes, batch.position() + at);
    }

    @Override
    public void done(PageBatch batch) {}

    @Override
    public void finish() throws IOException {
        seal();
        aside.publish();
    }

    @Override
    public void seal() throws IOException {
        if (file.size() < position) {
            throw new IOException("pages are missing: " + file.size() + " bytes instead of " + position);
        }
        try (Arena arena = Arena.ofConfined()) {
            var pages = file.map(FileChannel.MapMode.READ_ONLY, 0, position, arena);
            Executable executable = Executable.of(
                    images.getFirst(), batches, pages, aside.target().toString(), options);
            write(ByteBuffer.wrap(executable.head()), 0);
            write(ByteBuffer.wrap(executable.region()), position);
        } catch (KernelException | RestoreException failure) {
            throw new IOException(failure.getMessage(), failure);
        }
    }

    @Override
    public void fail(String reason) {
        close();
    }

    @Override
    public long bytesWritten() {
        return position;
    }

    @Override
    public void close() {
        aside.close();
    }

    private void write(ByteBuffer bytes, long at) throws IOException {
        long next = at;
        while (bytes.hasRemaining()) {
            next += file.write(bytes, next);
        }
    }
}
