package dev.reprise.image.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reprise.image.BadImageException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What goes into an envelope comes out of it again, of any length and in any pieces. */
class EnvelopeTest {
    private static final int PIECE = Packing.PIECE;
    private static final int[] LENGTHS = {
        0, 1, 3, 4, 5, 255, 256, 65536, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 9 * PIECE + 7
    };

    @ParameterizedTest
    @EnumSource(names = {"NONE", "LZ4", "ZSTD"})
    void whatGoesInComesOut(Envelope envelope) throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int length : LENGTHS) {
            byte[] plain = content(random, length);
            assertThat(out(in(envelope, plain, random), random))
                    .as("%d bytes, seed %d", length, seed)
                    .isEqualTo(plain);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"LZ4", "ZSTD"})
    void envelopesInEnvelopesAreOpened(Envelope envelope) throws IOException {
        Random random = new Random(1);
        byte[] plain = content(random, 2 * PIECE);
        byte[] packed = plain;
        for (int i = 0; i < 3; i++) {
            packed = in(envelope, packed, random);
            assertThat(out(packed, random)).isEqualTo(plain);
        }
        byte[] tooMuch = in(envelope, packed, random);
        assertThatThrownBy(() -> out(tooMuch, random)).isInstanceOf(BadImageException.Corrupt.class);
    }

    @ParameterizedTest
    @EnumSource(names = {"LZ4", "ZSTD"})
    void whatDoesNotShrinkHardlyGrows(Envelope envelope) throws IOException {
        byte[] plain = new byte[4 * PIECE];
        new Random(2).nextBytes(plain);
        assertThat(in(envelope, plain, new Random(2)).length).isLessThan(plain.length + 1000);
    }

    /** A stream that stays open behind an image: its reader must not wait for more. */
    @ParameterizedTest
    @EnumSource(names = {"NONE", "LZ4", "ZSTD"})
    void nothingIsReadBehindTheEnd(Envelope envelope) throws IOException {
        for (int length : new int[] {100, PIECE, 5 * PIECE + 1}) {
            byte[] plain = content(new Random(3), length);
            ByteArrayInputStream packed = new ByteArrayInputStream(in(envelope, plain, new Random(3)));
            ReadableByteChannel open = new ReadableByteChannel() {
                @Override
                public int read(ByteBuffer into) throws IOException {
                    byte[] some = packed.readNBytes(Math.min(into.remaining(), 10_000));
                    if (some.length == 0) {
                        throw new IOException("this would wait for ever");
                    }
                    into.put(some);
                    return some.length;
                }

                @Override
                public boolean isOpen() {
                    return true;
                }

                @Override
                public void close() {}
            };
            try (ReadableByteChannel image = Envelope.open(open, Identities.NONE, 3)) {
                ByteBuffer bytes = ByteBuffer.allocate(length);
                while (bytes.hasRemaining()) {
                    image.read(bytes);
                }
                assertThat(bytes.array()).isEqualTo(plain);
            }
        }
    }

    @Test
    void anotherMagicIsNoEnvelope() throws IOException {
        byte[] text = "This is no image.".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        assertThat(out(text, new Random(4))).isEqualTo(text);
    }

    @ParameterizedTest
    @EnumSource(names = {"LZ4", "ZSTD"})
    void theTargetIsClosedWhateverHappens(Envelope envelope) throws IOException {
        boolean[] isClosed = new boolean[1];
        WritableByteChannel full = new WritableByteChannel() {
            private int room = 1000;

            @Override
            public int write(ByteBuffer source) throws IOException {
                room -= source.remaining();
                if (room < 0) {
                    throw new IOException("full");
                }
                int n = source.remaining();
                source.position(source.limit());
                return n;
            }

            @Override
            public boolean isOpen() {
                return !isClosed[0];
            }

            @Override
            public void close() {
                isClosed[0] = true;
            }
        };
        byte[] plain = new byte[20 * PIECE];
        new Random(5).nextBytes(plain);
        WritableByteChannel packing = envelope.into(full, 2);
        assertThatThrownBy(() -> packing.write(ByteBuffer.wrap(plain))).hasMessage("full");
        assertThatThrownBy(packing::close).hasMessage("full");
        assertThat(isClosed[0]).isTrue();
        assertThatThrownBy(() -> packing.write(ByteBuffer.wrap(plain))).isInstanceOf(ClosedChannelException.class);
    }

    /** Half noise, half zeros and words. */
    static byte[] content(Random random, int length) {
        byte[] bytes = new byte[length];
        for (int at = 0; at < length; ) {
            int end = Math.min(length, at + 1 + random.nextInt(100_000));
            if (random.nextBoolean()) {
                byte[] noise = new byte[end - at];
                random.nextBytes(noise);
                System.arraycopy(noise, 0, bytes, at, noise.length);
            } else {
                Arrays.fill(bytes, at, end, (byte) random.nextInt(3));
            }
            at = end;
        }
        return bytes;
    }

    static byte[] in(Envelope envelope, byte[] plain, Random random) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (WritableByteChannel packing = envelope.into(Channels.newChannel(packed), 1 + random.nextInt(4))) {
            for (int at = 0; at < plain.length; ) {
                int n = Math.min(plain.length - at, 1 + random.nextInt(3 * PIECE / 2));
                packing.write(ByteBuffer.wrap(plain, at, n));
                at += n;
            }
        }
        return packed.toByteArray();
    }

    static byte[] out(byte[] packed, Random random) throws IOException {
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        try (ReadableByteChannel image =
                Envelope.open(Channels.newChannel(new ByteArrayInputStream(packed)), Identities.NONE, 3)) {
            while (true) {
                ByteBuffer some = ByteBuffer.allocate(1 + random.nextInt(PIECE));
                if (image.read(some) < 0) {
                    return plain.toByteArray();
                }
                plain.write(some.array(), 0, some.position());
            }
        }
    }
}
