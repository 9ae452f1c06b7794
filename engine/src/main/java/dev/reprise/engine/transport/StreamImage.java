package dev.reprise.engine.transport;

import dev.reprise.engine.model.Filters;
import dev.reprise.engine.model.Lanes;
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

/** An image that goes out byte after byte into any channel. */
public final class StreamImage implements PageSink.Streamed {
    private final WritableByteChannel channel;
    private final boolean isOurs;
    private final ImageWriting writing;
    private final int lanes;
    private boolean isWhole = true;
    private boolean isOver;

    private StreamImage(WritableByteChannel channel, boolean isOurs, ImageWriting writing, int lanes) {
        this.lanes = lanes;
        this.channel = channel;
        this.writing = writing;
        this.isOurs = isOurs;
    }

    /** Into a channel that belongs to the caller: it stays open. */
    public static StreamImage into(WritableByteChannel channel) {
        return new StreamImage(channel, false, new ImageWriting(Optional.empty()), Lanes.byCores());
    }

    /** Through filters into a channel that is closed at the end. */
    static StreamImage owning(WritableByteChannel channel, Filters filters, Optional<Secret> signer)
            throws IOException {
        ImageWriting writing = new ImageWriting(signer);
        return new StreamImage(Images.filtering(channel, filters), true, writing, filters.lanes());
    }

    @Override
    public void state(Image image) throws IOException {
        writing.state(image);
        flush();
    }

    @Override
    public int lanes() {
        return lanes;
    }

    @Override
    public Prepared prepare(ObjectId object, List<PageRun> runs, ByteBuffer bytes) {
        DataDigest digest = new DataDigest(bytes.remaining(), writing.composer().isSigned());
        digest.update(bytes.duplicate());
        return lane -> write(lane, object, runs, bytes, digest);
    }

    private void write(int lane, ObjectId object, List<PageRun> runs, ByteBuffer bytes, DataDigest digest)
            throws IOException {
        Span span = writing.pages(lane, object, runs);
        if (span.length() != bytes.remaining()) {
            throw new IllegalArgumentException(bytes.remaining() + " bytes for " + span);
        }
        isWhole = false;
        flush();
        writing.composer().skip(span);
        write(bytes);
        write(writing.composer().digest(span, digest.checksums()));
        writing.composer().hashes(digest.hashes());
        isWhole = true;
    }

    @Override
    public void finish() throws IOException {
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
            // Behind half a batch nothing could be understood.
            if (isWhole) {
                writing.composer().failure(reason);
                flush();
            }
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
        return writing.composer().position();
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
