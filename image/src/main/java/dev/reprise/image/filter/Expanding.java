package dev.reprise.image.filter;

import dev.reprise.image.BadImageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * A channel out of which comes what was compressed. It reads ahead only where more must follow, so it never waits for bytes of
 * a stream that stays open. Closing it closes the other one.
 */
final class Expanding implements ReadableByteChannel {
    private final ReadableByteChannel source;
    private final Format format;
    private final Crew crew;
    private boolean isOpen = true;

    /** One of the formats, at one place in a stream of it. */
    interface Format {
        /**
         * Fills a slot with the next piece that can be expanded by itself; false when there is none: at the end, or because
         * the next bytes depend on each other.
         */
        boolean next(Slot slot) throws IOException;

        /** Whether, as far as it is known, another piece follows: the stream would be cut otherwise. */
        boolean isMoreSure();

        /**
         * Bytes that depend on each other, none of whose predecessors is still in a slot; -1 at the end, 0 when it is to be
         * asked again what comes {@link #next}.
         */
        int sequential(ByteBuffer into) throws IOException;

        /** Bytes of pieces, in their order. */
        void passed(byte[] bytes, int offset, int length) throws IOException;

        /** Expands slots, on a thread of its own. */
        Crew.Work work();
    }

    /** Expands by so many threads. */
    Expanding(ReadableByteChannel source, Format format, int threads) {
        this.source = source;
        this.format = format;
        crew = new Crew("expand", threads, format::work);
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (!into.hasRemaining()) {
            return 0;
        }
        while (true) {
            readAhead();
            Slot first = crew.first();
            if (first == null) {
                int n = format.sequential(into);
                if (n != 0) {
                    return n;
                }
                continue;
            }
            int n = Math.min(into.remaining(), first.outLength() - first.taken());
            if (n > 0) {
                format.passed(first.result(), first.taken(), n);
                into.put(first.result(), first.taken(), n);
                first.take(n);
                return n;
            }
            crew.release();
        }
    }

    private void readAhead() throws IOException {
        while (crew.given() == 0 || format.isMoreSure()) {
            Slot slot = crew.free();
            if (slot == null || !format.next(slot)) {
                return;
            }
            crew.give();
        }
    }

    @Override
    public boolean isOpen() {
        return isOpen;
    }

    @Override
    public void close() throws IOException {
        isOpen = false;
        crew.close();
        source.close();
    }

    /** What a codec that finds its input malformed means; it says so in many ways. */
    static BadImageException.Corrupt corrupt(String format, long position, @Nullable Exception found) {
        String what = found == null || found.getMessage() == null ? "" : ": " + found.getMessage();
        return new BadImageException.Corrupt("its " + format + " stream is broken" + what, position);
    }
}
