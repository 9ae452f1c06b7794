package dev.reprise.engine.transport;

import dev.reprise.engine.model.Host;
import dev.reprise.image.BadImageException;
import dev.reprise.image.codec.v1.Format;
import dev.reprise.image.codec.v1.ImageDecoder;
import dev.reprise.image.codec.v1.PageLedger;
import dev.reprise.image.codec.v1.Pages;
import dev.reprise.image.codec.v1.RecordType;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.stream.Feed;
import dev.reprise.image.stream.Header;
import dev.reprise.image.stream.PieceDigest;
import dev.reprise.image.stream.Received;
import dev.reprise.image.stream.RecordReader;
import dev.reprise.image.stream.Signers;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What all sources have in common: the state first, then batches of page data, each as announced. */
final class ImageReading {
    private final Feed feed;
    private final RecordReader records;
    private final Header header;
    private final Image image;
    private final PageLedger ledger;
    private @Nullable Received batch;
    private boolean isEnded;
    private long position;

    /** A batch of pages, its data not yet read. */
    record Batch(Pages pages, long position) {}

    /** Reads up to the end of the state. */
    ImageReading(Feed feed, Host host, Signers signers) throws IOException {
        this.feed = feed;
        records = new RecordReader(feed, signers);
        header = records.header(Format.VERSION, Format.VERSION);
        requireHost(header, host);
        image = state();
        ledger = new PageLedger(image);
    }

    Image image() {
        return image;
    }

    int formatVersion() {
        return header.version();
    }

    /** The bytes read so far. */
    long position() {
        return feed.position();
    }

    RecordReader records() {
        return records;
    }

    /** The next batch of pages, or null when all have come and the trailer was right. */
    @Nullable
    Batch next() throws IOException {
        Received received = batch == null ? nextPages() : batch;
        batch = null;
        try {
            if (received == null) {
                ledger.requireComplete();
                return null;
            }
            position = received.position();
            Pages pages =
                    ImageDecoder.pages(received.payload(), received.frame().key(), position);
            if (pages.storedBytes() != received.frame().dataLength()) {
                throw new IllegalArgumentException("a batch has not as many bytes as its pages");
            }
            if (!pages.repeats().isEmpty() && pages.bytes() > Pages.MOST_WITH_REPEATS * (long) PageRun.PAGE_SIZE) {
                throw new IllegalArgumentException("a batch with repeats is too large");
            }
            ledger.accept(pages);
            return new Batch(pages, received.dataPosition());
        } catch (IllegalArgumentException e) {
            throw new BadImageException.Corrupt(String.valueOf(e.getMessage()), position);
        }
    }

    /** Reads the next piece of the current batch's data, a MiB or what is left; null when there are no more. */
    @Nullable
    PieceDigest read(ByteBuffer into) throws IOException {
        return records.read(into);
    }

    private Image state() throws IOException {
        ImageDecoder decoder = new ImageDecoder();
        long end = Header.BYTES;
        while (true) {
            Received received = records.next();
            if (received == null || received.frame().type() == RecordType.PAGES) {
                if (received != null) {
                    records.requireSignedState(received.position());
                }
                batch = received;
                isEnded = received == null;
                Image complete = decoder.finish(received == null ? end : received.position());
                requireSame(complete);
                return complete;
            }
            end = received.position();
            boolean isKnown = received.frame().dataLength() == 0
                    && decoder.accept(
                            received.frame().type(), received.frame().key(), received.payload(), received.position());
            if (!isKnown) {
                received.requireSkippable();
            }
        }
    }

    private @Nullable Received nextPages() throws IOException {
        while (!isEnded) {
            Received received = records.next();
            if (received == null) {
                isEnded = true;
            } else if (received.frame().type() == RecordType.PAGES) {
                return received;
            } else {
                received.requireSkippable();
            }
        }
        return null;
    }

    // The header repeats what the body says, for readers that cannot read the body.
    private void requireSame(Image complete) throws BadImageException {
        if (!complete.machine().architecture().equals("x86-64")
                || complete.machine().pageSize() != header.pageSize()
                || complete.machine().xcr0() != header.xcr0()) {
            throw new BadImageException.Corrupt("header and machine record differ", Header.BYTES);
        }
    }

    private static void requireHost(Header header, Host host) throws BadImageException {
        if (!host.architecture().equals("x86-64") || host.pageSize() != header.pageSize()) {
            throw new BadImageException.WrongMachine(
                    "it was taken on x86-64, this is " + host.architecture() + " with pages of " + host.pageSize(), 12);
        }
        long missing = header.xcr0() & ~host.xcr0();
        if (missing != 0) {
            throw new BadImageException.WrongMachine(
                    "this CPU has not the vector state 0x" + Long.toHexString(missing), 24);
        }
    }
}
