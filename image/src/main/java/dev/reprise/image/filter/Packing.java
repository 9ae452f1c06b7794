package dev.reprise.image.filter;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A channel that packs what goes into another one, in independent pieces on several threads. Its memory is that of the
 * pieces, whatever the length of the stream. Closing it ends the stream and closes the other one.
 */
final class Packing implements WritableByteChannel {
    /** Bytes of a piece; only the last one has less. */
    static final int PIECE = 1 << 20;

    private final WritableByteChannel target;
    private final Crew crew;
    private final Format format;
    private @Nullable Slot current;
    private long pieces;
    private boolean isOpen = true;

    /** One of the formats, at the beginning of a stream of it. */
    interface Format {
        /** Makes of slots' bytes what stands for them in the stream, on a thread of its own. */
        Supplier<Crew.Work> work();

        /** What comes before all pieces. */
        byte[] begin();

        /** What comes behind them. */
        byte[] end();

        /** Whether a piece that is full can be the last one; otherwise an empty one follows it. */
        boolean mayEndFull();
    }

    /** Packs by so many threads. */
    Packing(WritableByteChannel target, Format format, int threads) throws IOException {
        this.target = target;
        this.format = format;
        write(target, ByteBuffer.wrap(format.begin()));
        crew = new Crew("pack", threads, format.work());
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        if (!isOpen) {
            throw new ClosedChannelException();
        }
        int all = source.remaining();
        while (source.hasRemaining()) {
            Slot slot = filling();
            if (slot.inLength() == PIECE) {
                give(slot, false);
                continue;
            }
            int n = Math.min(source.remaining(), PIECE - slot.inLength());
            source.get(slot.in(PIECE), slot.inLength(), n);
            slot.inLength(slot.inLength() + n);
        }
        return all;
    }

    private Slot filling() throws IOException {
        Slot slot = current;
        while (slot == null) {
            slot = crew.free();
            if (slot == null) {
                drainOne();
            }
        }
        current = slot;
        return slot;
    }

    private void give(Slot slot, boolean isLast) {
        slot.number(pieces++);
        slot.last(isLast);
        current = null;
        crew.give();
    }

    private void drainOne() throws IOException {
        Slot slot = crew.first();
        if (slot != null) {
            write(target, ByteBuffer.wrap(slot.out(0), 0, slot.outLength()));
            crew.release();
        }
    }

    @Override
    public boolean isOpen() {
        return isOpen;
    }

    @Override
    public void close() throws IOException {
        if (!isOpen) {
            return;
        }
        isOpen = false;
        try (target;
                crew) {
            Slot slot = filling();
            if (slot.inLength() == PIECE && !format.mayEndFull()) {
                give(slot, false);
                slot = filling();
            }
            give(slot, true);
            while (crew.given() > 0) {
                drainOne();
            }
            write(target, ByteBuffer.wrap(format.end()));
        }
    }

    private static void write(WritableByteChannel target, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            target.write(bytes);
        }
    }
}
