package dev.reprise.engine.transport;

import dev.reprise.engine.model.PageSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** The bytes of the image that an image would be of which no process held anything: composed as they are read. */
final class TwinChannel implements ReadableByteChannel {
    private final TwinSource source;
    private final Composed composed = new Composed();
    private final StreamImage image;
    private boolean isBegun;
    private boolean isWhole;
    private boolean isOpen = true;

    /** Takes over {@code source}. */
    TwinChannel(TwinSource source) throws IOException {
        this.source = source;
        image = StreamImage.into(composed);
    }

    /** What has been composed and not read. */
    private static final class Composed implements WritableByteChannel {
        private ByteBuffer bytes = ByteBuffer.allocate(2 << 20).limit(0);

        @Override
        public int write(ByteBuffer more) {
            bytes.compact();
            int length = more.remaining();
            if (bytes.remaining() < length) {
                ByteBuffer larger = ByteBuffer.allocate(bytes.position() + 2 * length);
                bytes = larger.put(bytes.flip());
            }
            bytes.put(more).flip();
            return length;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        while (!composed.bytes.hasRemaining() && !isWhole) {
            compose();
        }
        if (!composed.bytes.hasRemaining()) {
            return -1;
        }
        int length = Math.min(into.remaining(), composed.bytes.remaining());
        into.put(composed.bytes.slice(composed.bytes.position(), length));
        composed.bytes.position(composed.bytes.position() + length);
        return length;
    }

    private void compose() throws IOException {
        if (!isBegun) {
            isBegun = true;
            image.state(source.image());
            return;
        }
        try (PageSource.Chunk chunk = source.next()) {
            if (chunk == null) {
                isWhole = true;
                image.finish();
            } else {
                image.prepare(
                                chunk.object(),
                                chunk.runs(),
                                chunk.repeats(),
                                chunk.data().asByteBuffer())
                        .write(0);
            }
        }
    }

    @Override
    public boolean isOpen() {
        return isOpen;
    }

    @Override
    public void close() {
        if (isOpen) {
            isOpen = false;
            source.close();
        }
    }
}
