package dev.reprise.engine.transport;

import dev.reprise.engine.model.Filters;
import dev.reprise.engine.model.Lanes;
import dev.reprise.engine.model.PageSink;
import dev.reprise.engine.model.Secret;
import dev.reprise.image.codec.v1.Pages;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRepeat;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.stream.DataDigest;
import dev.reprise.image.stream.Span;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An image that goes out byte after byte into any channel. */
public final class StreamImage implements PageSink.Streamed {
    private final WritableByteChannel channel;
    private final boolean isOurs;
    private final ImageWriting writing;
    private final int lanes;
    // Only where pages are to be stored once.
    private final long @Nullable [] secret;
    private final @Nullable SeenPages seen;
    private long repeated;
    private boolean isWhole = true;
    private boolean isOver;

    private StreamImage(
            WritableByteChannel channel, boolean isOurs, ImageWriting writing, int lanes, boolean unrepeated)
            throws IOException {
        this.lanes = lanes;
        secret = unrepeated ? PageKeys.secret(Images.random(PageKeys.SECRET)) : null;
        seen = unrepeated ? new SeenPages() : null;
        this.channel = channel;
        this.writing = writing;
        this.isOurs = isOurs;
    }

    /** Into a channel that belongs to the caller: it stays open. */
    public static StreamImage into(WritableByteChannel channel) throws IOException {
        return new StreamImage(channel, false, new ImageWriting(Optional.empty()), Lanes.byCores(), false);
    }

    /** Through filters into a channel that is closed at the end. */
    static StreamImage owning(WritableByteChannel channel, Filters filters, Optional<Secret> signer)
            throws IOException {
        ImageWriting writing = new ImageWriting(signer);
        WritableByteChannel through = Images.filtering(channel, filters);
        try {
            return new StreamImage(through, true, writing, filters.lanes(), filters.unrepeated());
        } catch (Throwable e) {
            through.close();
            throw e;
        }
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
    public Prepared prepare(ObjectId object, List<PageRun> runs, List<PageRepeat> repeats, ByteBuffer bytes) {
        DataDigest digest = digest(bytes.remaining());
        digest.update(bytes.duplicate());
        Pages pages = new Pages(object, runs, repeats);
        long[] key = secret;
        if (key == null || !repeats.isEmpty()) {
            return lane -> write(lane, pages, List.of(bytes), digest);
        }
        PageKeys keys = PageKeys.of(bytes, key);
        return lane -> write(lane, pages, bytes, digest, keys);
    }

    // What is left of pages whose order is known now.
    private void write(int lane, Pages pages, ByteBuffer bytes, DataDigest whole, PageKeys keys) throws IOException {
        List<PageRepeat> found = Objects.requireNonNull(seen).repeats(pages.object(), pages.runs(), keys);
        if (found.isEmpty()) {
            write(lane, pages, List.of(bytes), whole);
            return;
        }
        Pages left = new Pages(pages.object(), pages.runs(), found);
        List<ByteBuffer> parts = parts(left, bytes);
        DataDigest digest = digest(left.storedBytes());
        parts.forEach(part -> digest.update(part.duplicate()));
        write(lane, left, parts, digest);
    }

    private DataDigest digest(long length) {
        return new DataDigest(length, writing.composer().isSigned());
    }

    private static List<ByteBuffer> parts(Pages pages, ByteBuffer bytes) {
        List<ByteBuffer> parts = new ArrayList<>();
        int at = bytes.position();
        int next = 0;
        for (PageRun run : pages.runs()) {
            long from = run.start();
            while (next < pages.repeats().size()
                    && pages.repeats().get(next).to().start() < run.end()) {
                PageRun to = pages.repeats().get(next++).to();
                add(parts, bytes, at + (int) (from - run.start()), to.start() - from);
                from = to.end();
            }
            add(parts, bytes, at + (int) (from - run.start()), run.end() - from);
            at += (int) run.bytes();
        }
        return parts;
    }

    private static void add(List<ByteBuffer> parts, ByteBuffer bytes, int at, long length) {
        if (length > 0) {
            parts.add(bytes.slice(at, (int) length));
        }
    }

    private void write(int lane, Pages pages, List<ByteBuffer> parts, DataDigest digest) throws IOException {
        Span span = writing.pages(lane, pages);
        for (PageRepeat repeat : pages.repeats()) {
            repeated += repeat.to().pages();
        }
        long length = parts.stream().mapToLong(ByteBuffer::remaining).sum();
        if (length != (span == null ? 0 : span.length())) {
            throw new IllegalArgumentException(length + " bytes for " + span);
        }
        isWhole = false;
        flush();
        if (span != null) {
            writing.composer().skip(span);
            for (ByteBuffer part : parts) {
                write(part);
            }
            write(writing.composer().digest(span, digest.checksums()));
            writing.composer().hashes(digest.hashes());
        }
        isWhole = true;
    }

    @Override
    public long pagesRepeated() {
        return repeated;
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
