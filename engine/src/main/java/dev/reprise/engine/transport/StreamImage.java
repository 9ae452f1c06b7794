package dev.reprise.engine.transport;

import dev.reprise.engine.model.Filters;
import dev.reprise.engine.model.PageSink;
import dev.reprise.engine.model.Secret;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.stream.DataDigest;
import dev.reprise.image.stream.Span;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An image that goes out byte after byte into any channel. */
public final class StreamImage implements PageSink.Streamed {
    private final WritableByteChannel channel;
    private final boolean isOurs;
    private final ImageWriting writing;
    private @Nullable Span span;
    private @Nullable DataDigest digest;
    private boolean isOver;

    private StreamImage(WritableByteChannel channel, boolean isOurs, ImageWriting writing) {
        this.channel = channel;
        this.writing = writing;
        this.isOurs = isOurs;
    }

    /** Into a channel that belongs to the caller: it stays open. */
    public static StreamImage into(WritableByteChannel channel) {
        return new StreamImage(channel, false, new ImageWriting(Optional.empty()));
    }

    /** Through filters into a channel that is closed at the end. */
    static StreamImage owning(WritableByteChannel channel, Filters filters, Optional<Secret> signer)
            throws IOException {
        ImageWriting writing = new ImageWriting(signer);
        return new StreamImage(Images.filtering(channel, filters), true, writing);
    }

    @Override
    public void state(Image image) throws IOException {
        writing.state(image);
        flush();
    }

    @Override
    public void begin(ObjectId object, List<PageRun> runs) throws IOException {
        if (span != null) {
            throw new IllegalStateException("the batch before is not complete");
        }
        Span next = writing.pages(object, runs);
        flush();
        writing.composer().skip(next);
        span = next;
        digest = new DataDigest(next.length(), writing.composer().isSigned());
    }

    @Override
    public void data(ByteBuffer bytes) throws IOException {
        DataDigest current = digest;
        Span batch = span;
        if (current == null || batch == null || bytes.remaining() > current.remaining()) {
            throw new IllegalArgumentException(bytes.remaining() + " bytes belong to no batch");
        }
        current.update(bytes.duplicate());
        write(bytes);
        if (current.remaining() == 0) {
            span = null;
            digest = null;
            write(writing.composer().digest(batch, current.checksums()));
            writing.composer().hashes(current.hashes());
        }
    }

    @Override
    public void finish() throws IOException {
        if (span != null) {
            throw new IllegalStateException("the last batch is not complete");
        }
        writing.finish();
        flush();
        isOver = true;
        if (isOurs) {
            channel.close();
        }
    }

    @Override
    public void fail(String reason) {
        if (isOver) {
            return;
        }
        isOver = true;
        try {
            // A record can only follow a whole batch, so that one is filled up with zeros.
            while (digest != null) {
                data(ByteBuffer.allocate((int) Math.min(digest.remaining(), 64 << 10)));
            }
            writing.composer().failure(reason);
            flush();
        } catch (IOException e) {
            noReason(e);
        }
        release();
    }

    /** Gives up without a reason: nobody will read it. */
    void abandon() {
        if (!isOver) {
            isOver = true;
            release();
        }
    }

    private void release() {
        try {
            if (isOurs) {
                channel.close();
            }
        } catch (IOException e) {
            noReason(e);
        }
    }

    // The stream is as broken as the checkpoint: its reader sees the end.
    private static void noReason(IOException e) {
        System.getLogger(StreamImage.class.getName()).log(System.Logger.Level.DEBUG, "no reason written", e);
    }

    @Override
    public long bytesWritten() {
        Span batch = span;
        DataDigest current = digest;
        return batch == null || current == null
                ? writing.composer().position()
                : batch.position() + batch.length() - current.remaining();
    }

    @Override
    public void close() {
        fail("it was given up");
    }

    private void flush() throws IOException {
        write(writing.composer().take().bytes());
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
