package dev.reprise.engine;

import dev.reprise.engine.model.Host;
import dev.reprise.engine.model.Opening;
import dev.reprise.engine.transport.Images;
import dev.reprise.engine.transport.StreamSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** Passes an image on while it is verified; its last bytes, without which it is none, only when it was found right. */
final class Verifying implements ReadableByteChannel {
    private static final int BUFFER = 256 << 10;

    private final ReadableByteChannel image;
    private final WritableByteChannel target;
    private final ByteBuffer held = ByteBuffer.allocateDirect(BUFFER).flip();

    private Verifying(ReadableByteChannel image, WritableByteChannel target) {
        this.image = image;
        this.target = target;
    }

    /** Passes on a whole image, with nothing around it. */
    static void pass(ReadableByteChannel image, Opening opening, WritableByteChannel target) throws IOException {
        Verifying passing = new Verifying(image, target);
        try (StreamSource source = Images.openWhole(passing, Host.ANY, opening)) {
            source.drain();
        }
        passing.release();
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        int start = into.position();
        int limit = into.limit();
        into.limit(Math.min(limit, start + BUFFER));
        int count = image.read(into);
        into.limit(limit);
        if (count > 0) {
            release();
            held.clear().put(into.duplicate().flip().position(start)).flip();
        }
        return count;
    }

    private void release() throws IOException {
        while (held.hasRemaining()) {
            target.write(held);
        }
    }

    @Override
    public boolean isOpen() {
        return image.isOpen();
    }

    @Override
    public void close() {
        // Both are somebody else's.
    }
}
