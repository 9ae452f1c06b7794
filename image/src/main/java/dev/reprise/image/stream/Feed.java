package dev.reprise.image.stream;

import dev.reprise.image.BadImageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** An image's bytes, forward only, with the position; the end before its time is {@code Truncated}. */
public final class Feed {
    private static final int BUFFER = 64 << 10;

    private final ReadableByteChannel channel;
    private final @Nullable FileChannel file;
    private final boolean isWhole;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER).flip();
    private @Nullable ByteBuffer scratch;
    private long position;

    private Feed(ReadableByteChannel channel, @Nullable FileChannel file, boolean isWhole) {
        this.channel = channel;
        this.file = file;
        this.isWhole = isWhole;
    }

    /** Reads from any channel, from where it stands. */
    public static Feed of(ReadableByteChannel channel) {
        return new Feed(channel, null, false);
    }

    /** Reads from a channel that has nothing but the image. */
    public static Feed ofWhole(ReadableByteChannel channel) {
        return new Feed(channel, null, true);
    }

    /** Reads from the start of a regular file; what is skipped is not read. */
    public static Feed ofFile(FileChannel file) {
        return new Feed(file, file, true);
    }

    /** Memory for bytes that nobody wants. */
    ByteBuffer scratch() {
        if (scratch == null) {
            scratch = ByteBuffer.allocateDirect(Limits.PIECE);
        }
        return scratch;
    }

    /** The bytes read and skipped so far. */
    public long position() {
        return position;
    }

    /** Fills {@code into} up to its limit. */
    void read(ByteBuffer into) throws IOException {
        if (!fill(into)) {
            throw new BadImageException.Truncated("it ends too early", position);
        }
    }

    /** Reads at most {@code into.length} bytes and returns how many there were before the end. */
    int readSome(byte[] into) throws IOException {
        ByteBuffer target = ByteBuffer.wrap(into);
        fill(target);
        return target.position();
    }

    /** The next {@code length} bytes; memory grows with what really comes. */
    byte[] bytes(int length) throws IOException {
        byte[] bytes = new byte[Math.min(length, BUFFER)];
        int had = 0;
        while (true) {
            read(ByteBuffer.wrap(bytes, had, bytes.length - had));
            if (bytes.length == length) {
                return bytes;
            }
            had = bytes.length;
            bytes = Arrays.copyOf(bytes, (int) Math.min(length, 4L * had));
        }
    }

    /** Whether {@link #skip} works. */
    boolean isFile() {
        return file != null;
    }

    /** Goes on {@code length} bytes further in a file, without reading them. */
    void skip(long length) throws IOException {
        FileChannel skipped = file;
        if (skipped == null) {
            throw new IllegalStateException("not a file");
        }
        long size = skipped.size();
        if (length > size - position) {
            throw new BadImageException.Truncated("it ends too early", size);
        }
        if (length <= buffer.remaining()) {
            buffer.position(buffer.position() + (int) length);
        } else {
            skipped.position(position + length);
            buffer.clear().flip();
        }
        position += length;
    }

    /** Throws unless what is whole ends here. Of a stream nothing is known: it may stay open. */
    void requireEnd() throws IOException {
        if (file != null ? file.size() != position : isWhole && fill(ByteBuffer.allocate(1))) {
            throw new BadImageException.Corrupt("something follows the trailer", position);
        }
    }

    private boolean fill(ByteBuffer into) throws IOException {
        while (into.hasRemaining()) {
            if (buffer.hasRemaining()) {
                int n = Math.min(buffer.remaining(), into.remaining());
                into.put(into.position(), buffer, buffer.position(), n);
                buffer.position(buffer.position() + n);
                into.position(into.position() + n);
                position += n;
            } else if (into.isDirect() && into.remaining() >= BUFFER) {
                int n = channel.read(into);
                if (n < 0) {
                    return false;
                }
                position += n;
            } else {
                buffer.clear();
                int n = channel.read(buffer);
                buffer.flip();
                if (n < 0) {
                    return false;
                }
            }
        }
        return true;
    }
}
