package dev.reprise.image.filter;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A channel that compresses what goes into another one, in independent pieces on several threads. Its memory is that of the
 * pieces, whatever the length of the stream. Closing it ends the stream and closes the other one.
 */
final class Compressing implements WritableByteChannel {
    /** Bytes of a piece; only the last one has less. */
    static final int PIECE = 1 << 20;

    private final WritableByteChannel target;
    private final Crew crew;
    private final byte[] end;
    private @Nullable Slot current;
    private boolean isOpen = true;

    /**
     * {@code work} makes of a slot's bytes what stands for them in the stream; {@code begin} and {@code end} stand around all.
     */
    Compressing(WritableByteChannel target, Supplier<Crew.Work> work, byte[] begin, byte[] end) throws IOException {
        this.target = target;
        this.end = end;
        write(target, ByteBuffer.wrap(begin));
        crew = new Crew("compress", work);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        if (!isOpen) {
            throw new ClosedChannelException();
        }
        int all = source.remaining();
        while (source.hasRemaining()) {
            Slot slot = filling();
            int n = Math.min(source.remaining(), PIECE - slot.inLength());
            source.get(slot.in(PIECE), slot.inLength(), n);
            slot.inLength(slot.inLength() + n);
            if (slot.inLength() == PIECE) {
                current = null;
                crew.give();
            }
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
            filling();
            crew.give();
            while (crew.given() > 0) {
                drainOne();
            }
            write(target, ByteBuffer.wrap(end));
        }
    }

    private static void write(WritableByteChannel target, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            target.write(bytes);
        }
    }
}
