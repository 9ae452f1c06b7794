package dev.reprise.image.filter;

import dev.reprise.image.BadImageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** The bytes of one zstd frame as they are, to its end and no further (RFC 8878, section 3.1.1). */
final class ZstdFrame extends InputStream {
    private static final int SKIPPABLE = 0x184D2A50;
    private static final int RLE = 1;
    private static final int RESERVED = 3;
    /** What the codec gives a window. */
    private static final long MOST_WINDOW = 8 << 20;

    private final Intake intake;
    private final long contentLength;
    private final boolean hasChecksum;
    // What has been read of the frame, but not been given out.
    private ByteBuffer head;
    private int left;
    private boolean isLast;
    private boolean isOver;

    private ZstdFrame(Intake intake, byte[] head, long contentLength, boolean hasChecksum) {
        this.intake = intake;
        this.head = ByteBuffer.wrap(head);
        this.contentLength = contentLength;
        this.hasChecksum = hasChecksum;
    }

    /** The next frame with content, or null at the end. */
    static @Nullable ZstdFrame begin(Intake intake) throws IOException {
        while (!intake.isAtEnd()) {
            int magic = intake.i32();
            if (magic == Zstd.MAGIC) {
                return frame(intake);
            }
            if ((magic & ~0xf) != SKIPPABLE) {
                throw Expanding.corrupt("zstd", intake.position() - Integer.BYTES, null);
            }
            intake.skip(Integer.toUnsignedLong(intake.i32()));
        }
        return null;
    }

    private static ZstdFrame frame(Intake intake) throws IOException {
        int descriptor = intake.u8();
        boolean isSingle = (descriptor & 0x20) != 0;
        int idBytes = (1 << (descriptor & 3)) >> 1;
        int sizeFlag = descriptor >> 6;
        int sizeBytes = sizeFlag == 0 ? (isSingle ? 1 : 0) : 1 << sizeFlag;
        ByteBuffer head = ByteBuffer.allocate(Integer.BYTES + 2 + idBytes + sizeBytes - (isSingle ? 1 : 0))
                .order(ByteOrder.LITTLE_ENDIAN);
        head.putInt(Zstd.MAGIC).put((byte) descriptor);
        intake.read(head.array(), head.position(), head.remaining());
        long window = 0;
        if (!isSingle) {
            int byteOfIt = head.get() & 0xff;
            long base = 1L << (10 + (byteOfIt >> 3));
            window = base + base / 8 * (byteOfIt & 7);
        }
        long id = number(head, idBytes);
        long length = sizeBytes == 0 ? -1 : number(head, sizeBytes) + (sizeBytes == 2 ? 256 : 0);
        if ((descriptor & 0x08) != 0 || id != 0) {
            throw new BadImageException.TooNew("its zstd stream needs a dictionary or what is reserved", 0);
        }
        window = isSingle ? length : window;
        if (window < 0 || window > MOST_WINDOW) {
            throw new BadImageException.TooNew(
                    "its zstd stream has a window of more than 8 MiB, use zstd -d before", intake.position());
        }
        return new ZstdFrame(intake, head.array(), length, (descriptor & 0x04) != 0);
    }

    private static long number(ByteBuffer from, int bytes) {
        return switch (bytes) {
            case 1 -> from.get() & 0xff;
            case 2 -> from.getShort() & 0xffff;
            case 4 -> Integer.toUnsignedLong(from.getInt());
            case 8 -> from.getLong();
            default -> 0;
        };
    }

    /** How much is in the frame, or -1 when it does not tell. */
    long contentLength() {
        return contentLength;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return isOver && !head.hasRemaining() && left == 0 ? -1 : 0;
        }
        while (true) {
            if (head.hasRemaining()) {
                int n = Math.min(length, head.remaining());
                head.get(into, offset, n);
                return n;
            }
            if (left > 0) {
                int n = intake.readSome(into, offset, Math.min(length, left));
                if (n < 0) {
                    throw intake.truncated();
                }
                left -= n;
                return n;
            }
            if (isOver) {
                return -1;
            }
            if (isLast) {
                isOver = true;
                left = hasChecksum ? Integer.BYTES : 0;
            } else {
                block();
            }
        }
    }

    private void block() throws IOException {
        byte[] bytes = new byte[3];
        intake.read(bytes, 0, bytes.length);
        int block = (bytes[0] & 0xff) | (bytes[1] & 0xff) << 8 | (bytes[2] & 0xff) << 16;
        isLast = (block & 1) != 0;
        int type = block >> 1 & 3;
        if (type == RESERVED) {
            throw Expanding.corrupt("zstd", intake.position() - bytes.length, null);
        }
        left = type == RLE ? 1 : block >> 3;
        head = ByteBuffer.wrap(bytes);
    }
}
