package dev.reprise.engine.transport;

import dev.reprise.engine.model.Host;
import dev.reprise.engine.model.Opening;
import dev.reprise.engine.model.PageSource;
import dev.reprise.image.codec.v1.Pages;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.stream.Feed;
import dev.reprise.image.stream.Limits;
import dev.reprise.image.stream.PieceDigest;
import dev.reprise.image.stream.Signers;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** An image from any channel. Memory is bounded by the state, what expanding takes, and a MiB for each chunk that is worked on. */
public final class StreamSource implements PageSource.Streamed {
    private final Arena arena = Arena.ofShared();
    private final ReadableByteChannel channel;
    private final ImageReading reading;
    private final int lanes;
    // One is being read while as many as there are lanes are worked on.
    private final BlockingQueue<MemorySegment> free = new LinkedBlockingQueue<>();
    private int allocated;
    private ImageReading.@Nullable Batch batch;
    // Where in the batch's runs the next chunk begins.
    private int run;
    private long page;
    // A batch with repeats is one chunk, and this one has been given.
    private boolean isGiven;

    private StreamSource(ReadableByteChannel channel, boolean isWhole, Host host, Signers signers, int lanes)
            throws IOException {
        this.channel = channel;
        this.lanes = lanes;
        reading = new ImageReading(isWhole ? Feed.ofWhole(channel) : Feed.of(channel), host, signers);
        if (!reading.image().twins().isEmpty()) {
            throw new IOException(
                    "processes hold its memory: name it as mem:NAME where it was taken, or write it out with 'reprise cp'");
        }
    }

    /** Reads what is in a channel, whatever is around it; {@code isWhole}: nothing may follow. The channel becomes the source's. */
    static StreamSource of(ReadableByteChannel channel, boolean isWhole, Host host, Opening opening)
            throws IOException {
        ReadableByteChannel image = Images.unfiltering(channel, opening);
        try {
            return new StreamSource(image, isWhole, host, Images.signers(opening), opening.lanes());
        } catch (Throwable e) {
            image.close();
            throw e;
        }
    }

    @Override
    public Image image() {
        return reading.image();
    }

    @Override
    public int lanes() {
        return lanes;
    }

    @Override
    public @Nullable Chunk next() throws IOException {
        while (true) {
            ImageReading.Batch current = batch;
            if (current != null) {
                Chunk chunk = chunk(current);
                if (chunk != null) {
                    return chunk;
                }
            }
            batch = reading.next();
            run = 0;
            page = 0;
            isGiven = false;
            if (batch == null) {
                return null;
            }
        }
    }

    private @Nullable Chunk chunk(ImageReading.Batch current) throws IOException {
        if (isGiven) {
            return null;
        }
        Pages pages = current.pages();
        boolean isOne = !pages.repeats().isEmpty();
        if (isOne && pages.storedBytes() == 0) {
            isGiven = true;
            return new Chunk(pages.object(), pages.runs(), pages.repeats(), MemorySegment.NULL, () -> {});
        }
        MemorySegment memory = memory();
        ByteBuffer bytes = memory.asByteBuffer();
        PieceDigest digest = reading.read(bytes);
        if (digest == null) {
            free.add(memory);
            return null;
        }
        int length = bytes.position();
        MemorySegment data = memory.asSlice(0, length);
        isGiven = isOne;
        List<PageRun> runs = isOne ? pages.runs() : runs(current, length);
        return new Chunk(pages.object(), runs, pages.repeats(), data, () -> {
            digest.of(data.asByteBuffer());
            free.add(memory);
        });
    }

    private MemorySegment memory() throws InterruptedIOException {
        MemorySegment before = free.poll();
        if (before != null) {
            return before;
        }
        if (allocated <= lanes) {
            allocated++;
            return arena.allocate(Limits.PIECE, PageRun.PAGE_SIZE);
        }
        try {
            return free.take();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    /** Reads to the end without giving out any data, which are checked all the same. */
    public void drain() throws IOException {
        do {
            batch = reading.next();
        } while (batch != null);
    }

    /** The version of the image's format. */
    public int formatVersion() {
        return reading.formatVersion();
    }

    /** Who has signed the image, when it has been read to its end. */
    public Optional<Signers.Signed> signed() {
        return reading.records().signed();
    }

    /** How far the image has been read, in bytes: its length at the end. */
    public long bytesRead() {
        return reading.position();
    }

    @Override
    public void close() {
        arena.close();
        try {
            channel.close();
        } catch (IOException e) {
            System.getLogger(StreamSource.class.getName()).log(System.Logger.Level.DEBUG, "closing the image", e);
        }
    }

    // The runs of the next length bytes; a piece always ends at a page.
    private List<PageRun> runs(ImageReading.Batch current, int length) {
        List<PageRun> runs = new ArrayList<>();
        long left = length / PageRun.PAGE_SIZE;
        while (left > 0) {
            PageRun whole = current.pages().runs().get(run);
            long pages = Math.min(left, whole.pages() - page);
            runs.add(new PageRun(whole.start() + page * PageRun.PAGE_SIZE, pages));
            left -= pages;
            page += pages;
            if (page == whole.pages()) {
                run++;
                page = 0;
            }
        }
        return runs;
    }
}
