package dev.reprise.engine.transport;

import dev.reprise.engine.model.PageBatch;
import dev.reprise.engine.model.PageSink;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.stream.Composer;
import dev.reprise.image.stream.Span;
import dev.reprise.kernel.Proc;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An image in a regular file: written aside in the same directory, synced, renamed; never half there. */
public final class FileImage implements PageSink.InPlace {
    private final Path target;
    private final Path aside;
    private final boolean sync;
    private final FileChannel file;
    private final ImageWriting writing = new ImageWriting();
    private final Map<Long, Span> placed = new HashMap<>();
    private final Checksumming checksumming;
    private boolean isOver;

    private FileImage(Path target, Path aside, boolean sync, FileChannel file) {
        this.target = target;
        this.aside = aside;
        this.sync = sync;
        this.file = file;
        this.checksumming = new Checksumming(file);
    }

    /** Begins an image that gets the name {@code target} when it is complete; without {@code sync} it may be lost in a power cut. */
    public static FileImage create(Path target, boolean sync) throws IOException {
        Path absolute = target.toAbsolutePath();
        Path real = Files.exists(absolute) ? absolute.toRealPath() : absolute;
        String unique = Proc.ownPid() + "-" + Long.toHexString(System.nanoTime());
        Path aside = real.resolveSibling("." + real.getFileName() + "." + unique + ".part");
        FileChannel file = FileChannel.open(
                aside,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return new FileImage(real, aside, sync, file);
    }

    @Override
    public Path path() {
        return aside;
    }

    @Override
    public void state(Image image) throws IOException {
        writing.state(image);
    }

    @Override
    public PageBatch place(ObjectId object, List<PageRun> runs) throws IOException {
        Span span = writing.pages(object, runs);
        flush();
        writing.composer().skip(span);
        placed.put(span.position(), span);
        return new PageBatch(object, runs, span.position());
    }

    @Override
    public void fill(PageBatch batch, long at, ByteBuffer bytes) throws IOException {
        Span span = placed.get(batch.position());
        if (span == null || at < 0 || at + bytes.remaining() > span.length()) {
            throw new IllegalArgumentException(bytes.remaining() + " bytes at " + at + " of " + batch);
        }
        write(bytes, batch.position() + at);
    }

    @Override
    public void done(PageBatch batch) throws IOException {
        Span span = placed.remove(batch.position());
        if (span == null) {
            throw new IllegalArgumentException("not placed, or done before: " + batch);
        }
        checksumming.add(span);
    }

    @Override
    public void finish() throws IOException {
        if (!placed.isEmpty()) {
            throw new IllegalStateException(placed.size() + " batches are not done");
        }
        for (Map.Entry<Span, int[]> result : checksumming.finish().entrySet()) {
            Span span = result.getKey();
            write(writing.composer().digest(span, result.getValue()), span.digestPosition());
        }
        writing.finish();
        flush();
        if (sync) {
            file.force(true);
        }
        Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
        isOver = true;
        file.close();
        if (sync) {
            syncDirectory();
        }
    }

    @Override
    public void fail(String reason) {
        close();
    }

    @Override
    public long bytesWritten() {
        return writing.composer().position();
    }

    @Override
    public void close() {
        if (isOver) {
            return;
        }
        isOver = true;
        checksumming.stop();
        // Both are tried: a file that cannot be deleted must still not keep a descriptor.
        try (file) {
            Files.deleteIfExists(aside);
        } catch (IOException e) {
            System.getLogger(FileImage.class.getName()).log(System.Logger.Level.WARNING, "left behind: " + aside, e);
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

    private void flush() throws IOException {
        Composer.Piece piece = writing.composer().take();
        write(piece.bytes(), piece.position());
    }

    private void write(ByteBuffer bytes, long position) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += file.write(bytes, at);
        }
    }
}
