package dev.reprise.image.filter;

import dev.reprise.image.BadImageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What can be around an image, as its first bytes tell. */
public enum Envelope {
    NONE(""),
    LZ4(number(Lz4.MAGIC)),
    ZSTD(number(Zstd.MAGIC)),
    AGE("age-encryption.org/"),
    /** AGE as text, of which only that is known. */
    AGE_ARMORED("-----BEGIN AGE");

    /** Bytes that tell. */
    public static final int BYTES = 19;

    /** Of envelopes in envelopes, more than anybody has made on purpose. */
    private static final int MOST = 3;

    // Bytes, as ISO 8859-1.
    private final String magic;

    Envelope(String magic) {
        this.magic = magic;
    }

    private static String number(int magic) {
        byte[] bytes = ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(magic)
                .array();
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** That around an image which begins with these bytes, all there are if they are fewer than {@link #BYTES}. */
    public static Envelope of(ByteBuffer first) throws BadImageException {
        for (Envelope envelope : List.of(LZ4, ZSTD, AGE, AGE_ARMORED)) {
            int differs = first.mismatch(ByteBuffer.wrap(envelope.magic.getBytes(StandardCharsets.ISO_8859_1)));
            if (differs == -1 || differs == envelope.magic.length()) {
                return envelope;
            }
            if (differs > 0 && differs == first.remaining()) {
                throw new BadImageException.Truncated("it ends too early", differs);
            }
        }
        return NONE;
    }

    /**
     * A channel whose bytes get into {@code target} in this envelope, which is none of the encrypted ones, by so many threads. Closing it
     * completes and closes the target.
     */
    public WritableByteChannel into(WritableByteChannel target, int threads) throws IOException {
        return switch (this) {
            case NONE -> target;
            case LZ4 -> Lz4.into(target, threads);
            case ZSTD -> Zstd.into(target, threads);
            case AGE, AGE_ARMORED -> throw new IllegalArgumentException("for whom?");
        };
    }

    /** The same, encrypted by age's format. Keys are made at once, and what takes long for them. */
    public static WritableByteChannel encrypting(
            WritableByteChannel target, Recipients recipients, Randomness random, int threads) throws IOException {
        return AgeSealing.into(target, recipients, random, threads);
    }

    /** A channel out of which comes the image itself, whatever is around it in {@code source}, which it closes, also when this fails. */
    public static ReadableByteChannel open(ReadableByteChannel source, Identities identities, int threads)
            throws IOException {
        ReadableByteChannel inner = source;
        try {
            for (int depth = 0; depth <= MOST; depth++) {
                Peeking peeking = Peeking.at(inner, BYTES);
                Envelope around = of(peeking.first());
                if (around == NONE) {
                    return peeking;
                }
                inner = around.from(peeking, identities, threads);
            }
            throw new BadImageException.Corrupt("it is in more than " + MOST + " envelopes", 0);
        } catch (Throwable e) {
            inner.close();
            throw e;
        }
    }

    private ReadableByteChannel from(ReadableByteChannel source, Identities identities, int threads)
            throws IOException {
        return switch (this) {
            case NONE -> source;
            case LZ4 -> new Expanding(source, new Lz4Format(new Intake(source)), threads);
            case ZSTD -> new Expanding(source, new ZstdFormat(new Intake(source)), threads);
            case AGE, AGE_ARMORED -> new Expanding(source, new AgeFormat(new Intake(source), identities), threads);
        };
    }
}
