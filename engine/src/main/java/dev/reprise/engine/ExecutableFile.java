package dev.reprise.engine;

import dev.reprise.engine.model.ExecutableOptions;
import dev.reprise.engine.model.PageBatch;
import dev.reprise.engine.model.PageSink;
import dev.reprise.engine.model.PageSource;
import dev.reprise.engine.model.Progress;
import dev.reprise.engine.model.Refusal;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.engine.rebuild.Executable;
import dev.reprise.engine.rebuild.ExecutableLook;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * An image as an executable file: its pages are written in place, the program that restores it when they are there; it
 * gets its name, mode 0700, when it is complete.
 */
final class ExecutableFile implements PageSink.InPlace {
    private final Path target;
    private final Path aside;
    private final ExecutableOptions options;
    private final FileChannel file;
    private final Progress progress;
    private final List<PageBatch> batches = new ArrayList<>();
    private final List<Image> images = new ArrayList<>(1);
    private long position = Executable.PAGES;
    private boolean isOver;

    private ExecutableFile(Path target, Path aside, ExecutableOptions options, FileChannel file, Progress progress) {
        this.target = target;
        this.aside = aside;
        this.options = options;
        this.file = file;
        this.progress = progress;
    }

    static ExecutableFile create(Path target, ExecutableOptions options, Progress progress) throws IOException {
        Path absolute = target.toAbsolutePath();
        Path real = Files.exists(absolute) ? absolute.toRealPath() : absolute;
        String unique = Proc.ownPid() + "-" + Long.toHexString(System.nanoTime());
        Path aside = real.resolveSibling("." + real.getFileName() + "." + unique + ".part");
        FileChannel file = FileChannel.open(
                aside,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        return new ExecutableFile(real, aside, options, file, progress);
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
        for (PageSource.Chunk chunk = stream.next(); chunk != null; chunk = stream.next()) {
            fill(place(chunk.object(), chunk.runs()), 0, chunk.data().asByteBuffer());
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
        return aside;
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
        if (file.size() < position) {
            throw new IOException("pages are missing: " + file.size() + " bytes instead of " + position);
        }
        try (Arena arena = Arena.ofConfined()) {
            var pages = file.map(FileChannel.MapMode.READ_ONLY, 0, position, arena);
            Executable executable = Executable.of(images.getFirst(), batches, pages, target.toString(), options);
            write(ByteBuffer.wrap(executable.head()), 0);
            write(ByteBuffer.wrap(executable.region()), position);
        } catch (KernelException | RestoreException failure) {
            throw new IOException(failure.getMessage(), failure);
        }
        if (options.sync()) {
            file.force(true);
        }
        // A file that is open for writing cannot be executed.
        file.close();
        Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
        isOver = true;
        if (options.sync()) {
            syncDirectory();
        }
    }

    private void syncDirectory() throws IOException {
        Path parent = target.getParent();
        if (parent != null) {
            try (FileChannel directory = FileChannel.open(parent, StandardOpenOption.READ)) {
                directory.force(true);
            }
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
        if (isOver) {
            return;
        }
        isOver = true;
        try (file) {
            Files.deleteIfExists(aside);
        } catch (IOException e) {
            System.getLogger(ExecutableFile.class.getName())
                    .log(System.Logger.Level.WARNING, "left behind: " + aside, e);
        }
    }

    private void write(ByteBuffer bytes, long at) throws IOException {
        long next = at;
        while (bytes.hasRemaining()) {
            next += file.write(bytes, next);
        }
    }
}
