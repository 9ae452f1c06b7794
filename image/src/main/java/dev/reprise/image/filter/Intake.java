package dev.reprise.image.filter;

import dev.reprise.image.BadImageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;

/** The bytes of an envelope, forward only, with the position; the end inside of something is {@code Truncated}. */
final class Intake {
    private static final int BUFFER = 64 << 10;

    private final ReadableByteChannel channel;
    private final ByteBuffer buffer =
            ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN).flip();
    private long behind;

    Intake(ReadableByteChannel channel) {
        this.channel = channel;
    }

    /** How many bytes have been given out. */
    long position() {
        return behind - buffer.remaining();
    }

    /** Whether the stream ends here; waits for the next byte otherwise. */
    boolean isAtEnd() throws IOException {
        return !buffer.hasRemaining() && !refill();
    }

    /** The next byte. */
    int u8() throws IOException {
        require(1);
        return buffer.get() & 0xff;
    }

    /** The next four bytes, little endian. */
    int i32() throws IOException {
        require(Integer.BYTES);
        return buffer.getInt();
    }

    /** The next bytes, all of them. */
    void read(byte[] into, int offset, int length) throws IOException {
        int done = 0;
        while (done < length) {
            int n = readSome(into, offset + done, length - done);
            if (n < 0) {
                throw truncated();
            }
            done += n;
        }
    }

    /** Some of the next bytes, one at least; -1 at the end. */
    int readSome(byte[] into, int offset, int length) throws IOException {
        if (isAtEnd()) {
            return -1;
        }
        int n = Math.min(length, buffer.remaining());
        buffer.get(into, offset, n);
        return n;
    }

    /** Leaves bytes out. */
    void skip(long length) throws IOException {
        long left = length;
        while (left > 0) {
            require(1);
            int n = (int) Math.min(left, buffer.remaining());
            buffer.position(buffer.position() + n);
            left -= n;
        }
    }

    BadImageException.Truncated truncated() {
        return new BadImageException.Truncated("it ends too early", position());
    }

    private void require(int length) throws IOException {
        while (buffer.remaining() < length) {
            if (!refill()) {
                throw truncated();
            }
        }
    }

    private boolean refill() throws IOException {
        buffer.compact();
        int n;
        do {
            n = channel.read(buffer);
        } while (n == 0);
        buffer.flip();
        behind += Math.max(n, 0);
        return n > 0;
    }
}
