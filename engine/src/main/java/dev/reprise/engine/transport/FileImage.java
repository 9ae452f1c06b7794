package dev.reprise.engine.transport;

import dev.reprise.engine.model.PageBatch;
import dev.reprise.engine.model.PageSink;
import dev.reprise.engine.model.Secret;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.stream.Composer;
import dev.reprise.image.stream.DataDigest;
import dev.reprise.image.stream.Span;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An image in a regular file: written aside in the same directory, synced, renamed; never half there. */
public final class FileImage implements PageSink.InPlace {
    private final Aside aside;
    private final FileChannel file;
    private final ImageWriting writing;
    private final Map<Long, Span> placed = new HashMap<>();
    private final Checksumming checksumming;
    private final Witness witness;
    private boolean isSealed;

    private FileImage(Aside aside, ImageWriting writing, Witness witness) {
        this.witness = witness;
        this.aside = aside;
        this.writing = writing;
        this.file = aside.file();
        this.checksumming = new Checksumming(file, writing.composer().isSigned());
    }

    /** Begins an image that gets the name {@code target} when it is complete; without {@code sync} it may be lost in a power cut. */
    public static FileImage create(Path target, boolean sync, Optional<Secret> signer, Witness witness)
            throws IOException {
        ImageWriting writing = new ImageWriting(signer);
        return new FileImage(Aside.create(target, sync, Images.OWN), writing, witness);
    }

    @Override
    public Path path() {
        return aside.path();
    }

    @Override
    public void state(Image image) throws IOException {
        writing.state(image);
    }

    @Override
    public PageBatch place(ObjectId object, List<PageRun> runs) throws IOException {
        Span span = writing.pages(ImageWriting.LANE, object, runs);
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
        if (!isSealed) {
            seal();
        }
        aside.publish(witness);
    }

    @Override
    public void seal() throws IOException {
        if (!placed.isEmpty()) {
            throw new IllegalStateException(placed.size() + " batches are not done");
        }
        Map<Span, DataDigest> digests = checksumming.finish();
        for (Span span : digests.keySet().stream()
                .sorted(Comparator.comparingLong(Span::position))
                .toList()) {
            DataDigest digest = digests.get(span);
            if (digest != null) {
                write(writing.composer().digest(span, digest.checksums()), span.digestPosition());
                writing.composer().hashes(digest.hashes());
            }
        }
        writing.finish();
        flush();
        isSealed = true;
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
        checksumming.stop();
        aside.close();
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
