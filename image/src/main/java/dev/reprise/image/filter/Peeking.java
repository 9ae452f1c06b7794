package dev.reprise.image.filter;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/** A channel whose first bytes have been looked at; it gives them out all the same. */
final class Peeking implements ReadableByteChannel {
    private final ReadableByteChannel source;
    private final ByteBuffer first;

    private Peeking(ReadableByteChannel source, ByteBuffer first) {
        this.source = source;
        this.first = first;
    }

    /** Reads so many bytes ahead, or all there are. */
    static Peeking at(ReadableByteChannel source, int bytes) throws IOException {
        ByteBuffer first = ByteBuffer.allocate(bytes);
        while (first.hasRemaining() && source.read(first) >= 0) {}
        return new Peeking(source, first.flip());
    }

    /** What has been read ahead. */
    ByteBuffer first() {
        return first.asReadOnlyBuffer();
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (!first.hasRemaining()) {
            return source.read(into);
        }
        int n = Math.min(first.remaining(), into.remaining());
        into.put(into.position(), first, first.position(), n);
        into.position(into.position() + n);
        first.position(first.position() + n);
        return n;
    }

    @Override
    public boolean isOpen() {
        return source.isOpen();
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
