package dev.reprise.image.store;

import dev.reprise.image.stream.Alignment;
import dev.reprise.image.stream.Frame;
import dev.reprise.image.stream.Header;
import dev.reprise.image.stream.Trailer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;

/**
 * Takes an image apart as it comes: pages of data, and all other bytes. It believes what heads of records say of lengths, and
 * no more: whether the image is good is found by whoever reads it.
 */
final class Splitter implements WritableByteChannel {
    private final Parts parts;
    private final ByteBuffer unit = ByteBuffer.allocate(Alignment.PAGE).order(ByteOrder.LITTLE_ENDIAN);
    private State state = State.HEADER;
    // What is left of the part of the stream that the state is about, and where the stream stands.
    private long left = Header.BYTES;
    private long dataLength;
    private long position;
    private boolean isOpen = true;

    /** Who is given what was taken apart, in the order of the stream. */
    interface Parts {
        /** A page of data. */
        void page(ByteBuffer page) throws IOException;

        /** Other bytes. */
        void other(ByteBuffer bytes) throws IOException;
    }

    private enum State {
        HEADER,
        HEAD,
        PAYLOAD,
        DATA,
        REST
    }

    Splitter(Parts parts) {
        this.parts = parts;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        int bytes = source.remaining();
        while (source.hasRemaining()) {
            step(source);
        }
        return bytes;
    }

    private void step(ByteBuffer source) throws IOException {
        boolean isUnit = state == State.HEAD || state == State.DATA;
        long wanted = state == State.DATA ? Math.min(left, unit.capacity() - unit.position()) : left;
        ByteBuffer part = source.slice(source.position(), (int) Math.min(wanted, source.remaining()));
        source.position(source.position() + part.remaining());
        position += part.remaining();
        left -= part.remaining();
        if (!isUnit) {
            parts.other(part);
        } else {
            unit.put(part);
        }
        if (state == State.DATA && !unit.hasRemaining()) {
            parts.page(unit.flip());
            unit.clear();
        }
        while (left == 0) {
            next();
        }
    }

    private void next() throws IOException {
        switch (state) {
            case HEADER, DATA -> await(State.HEAD, Frame.BYTES);
            case HEAD -> {
                unit.flip();
                int payload = unit.getInt(8);
                dataLength = unit.getLong(16);
                boolean isLast = Short.toUnsignedInt(unit.getShort(0)) == Frame.INDEX;
                parts.other(unit.duplicate());
                unit.clear();
                if (payload < 0 || dataLength < 0 || dataLength % Alignment.PAGE != 0) {
                    throw new IOException("this is no image: a record has an impossible length");
                }
                long padding =
                        dataLength == 0 ? 0 : Alignment.up(position + payload, Alignment.PAGE) - position - payload;
                await(isLast ? State.REST : State.PAYLOAD, payload + padding + (isLast ? Trailer.BYTES : 0));
            }
            case PAYLOAD ->
                await(dataLength == 0 ? State.HEAD : State.DATA, dataLength == 0 ? Frame.BYTES : dataLength);
            case REST -> left = Long.MAX_VALUE; // what follows the image is its reader's business
        }
    }

    private void await(State next, long bytes) {
        state = next;
        left = bytes;
    }

    /** Whether the whole of an image has come. */
    boolean isComplete() {
        return state == State.REST && left > Long.MAX_VALUE / 2;
    }

    @Override
    public boolean isOpen() {
        return isOpen;
    }

    @Override
    public void close() {
        isOpen = false;
    }
}
