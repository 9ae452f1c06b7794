package dev.reprise.image.filter;

import dev.reprise.image.BadImageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.List;

/** What can be around an image, as its first bytes tell. */
public enum Envelope {
    NONE,
    LZ4,
    ZSTD;

    /** Bytes that tell. */
    public static final int BYTES = 4;

    /** Of envelopes in envelopes, more than anybody has made on purpose. */
    private static final int MOST = 3;

    /** That around an image which begins with these bytes, all there are if they are fewer than {@link #BYTES}. */
    public static Envelope of(ByteBuffer first) throws BadImageException {
        for (Envelope envelope : List.of(LZ4, ZSTD)) {
            int differs = first.mismatch(envelope.magic());
            if (differs == -1) {
                return envelope;
            }
            if (differs > 0 && differs == first.remaining()) {
                throw new BadImageException.Truncated("it ends too early", differs);
            }
        }
        return NONE;
    }

    private ByteBuffer magic() {
        int magic = switch (this) {
            case NONE -> 0;
            case LZ4 -> Lz4.MAGIC;
            case ZSTD -> Zstd.MAGIC;
        };
        return ByteBuffer.allocate(BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(magic)
                .flip();
    }

    /** A channel whose bytes get into {@code target} in this envelope. Closing it completes and closes the target. */
    public WritableByteChannel into(WritableByteChannel target) throws IOException {
        return switch (this) {
            case NONE -> target;
            case LZ4 -> Lz4.into(target);
            case ZSTD -> Zstd.into(target);
        };
    }

    /** A channel out of which comes the image itself, whatever is around it in {@code source}, which it closes, also when this fails. */
    public static ReadableByteChannel open(ReadableByteChannel source) throws IOException {
        ReadableByteChannel inner = source;
        try {
            for (int depth = 0; depth <= MOST; depth++) {
                Peeking peeking = Peeking.at(inner, BYTES);
                Envelope around = of(peeking.first());
                if (around == NONE) {
                    return peeking;
                }
                inner = around.from(peeking);
            }
            throw new BadImageException.Corrupt("it is compressed more than " + MOST + " times", 0);
        } catch (Throwable e) {
            inner.close();
            throw e;
        }
    }

    private ReadableByteChannel from(ReadableByteChannel source) {
        return switch (this) {
            case NONE -> source;
            case LZ4 -> new Expanding(source, new Lz4Format(new Intake(source)));
            case ZSTD -> new Expanding(source, new ZstdFormat(new Intake(source)));
        };
    }
}
