package dev.reprise.engine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.jspecify.annotations.Nullable;

/** A channel that keeps what is read of it until it is told to forget. */
final class Remembering implements ReadableByteChannel {
    private final ReadableByteChannel source;
    private @Nullable ByteArrayOutputStream read = new ByteArrayOutputStream();

    Remembering(ReadableByteChannel source) {
        this.source = source;
    }

    /** Forgets, for good: from now on bytes only pass. */
    void forget() {
        read = null;
    }

    /** All that was read; empty when that is forgotten. */
    byte[] content() {
        return read == null ? new byte[0] : read.toByteArray();
    }

    @Override
    public int read(ByteBuffer destination) throws IOException {
        int start = destination.position();
        int count = source.read(destination);
        ByteArrayOutputStream kept = read;
        if (kept != null && count > 0) {
            byte[] copy = new byte[count];
            destination.get(start, copy);
            kept.write(copy, 0, count);
        }
        return count;
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
