package dev.reprise.engine.transport;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/** Puts all checksums of a changed image right, as who changes one on purpose does. */
final class Forgery {
    private static final int HEADER = 256;
    private static final int HEAD = 32;
    private static final int TRAILER = 64;
    private static final int PIECE = 1 << 20;
    private static final int DIGEST = 1;

    private final byte[] image;
    private final ByteBuffer bytes;
    private final ByteArrayOutputStream heads = new ByteArrayOutputStream();

    private Forgery(byte[] image) {
        this.image = image;
        bytes = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** In place; no length may have been changed. */
    static void mend(byte[] image) {
        new Forgery(image).mend();
    }

    private void mend() {
        bytes.putInt(HEADER - 4, crc(0, HEADER - 4));
        heads.write(image, 0, HEADER);
        int data = 0;
        int dataLength = 0;
        for (int at = HEADER; at < image.length - TRAILER; ) {
            int payload = bytes.getInt(at + 8);
            if (bytes.getShort(at) == DIGEST) {
                int pieces = (dataLength + PIECE - 1) / PIECE;
                for (int i = 0; i < pieces; i++) {
                    int crc = crc(data + i * PIECE, Math.min(PIECE, dataLength - i * PIECE));
                    bytes.putInt(at + HEAD + payload - 4 * (pieces - i), crc);
                }
            }
            bytes.putInt(at + 12, crc(at + HEAD, payload));
            bytes.putInt(at + HEAD - 4, crc(at, HEAD - 4));
            heads.write(image, at, HEAD);
            int length = (int) bytes.getLong(at + 16);
            at += HEAD + payload;
            if (length > 0) {
                data = (at + 4095) / 4096 * 4096;
                dataLength = length;
                at = data + length;
            }
        }
        CRC32C low = new CRC32C();
        CRC32 high = new CRC32();
        low.update(heads.toByteArray());
        high.update(heads.toByteArray());
        int trailer = image.length - TRAILER;
        bytes.putLong(trailer + 32, high.getValue() << 32 | low.getValue());
        bytes.putInt(image.length - 4, crc(trailer, TRAILER - 4));
    }

    private int crc(int at, int length) {
        CRC32C crc = new CRC32C();
        crc.update(image, at, length);
        return (int) crc.getValue();
    }

    /** Where the first record of a type begins. */
    static int find(byte[] image, int type) {
        ByteBuffer bytes = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = HEADER; at < image.length - TRAILER; ) {
            if (bytes.getShort(at) == type) {
                return at;
            }
            int length = (int) bytes.getLong(at + 16);
            at += HEAD + bytes.getInt(at + 8);
            at = length > 0 ? (at + 4095) / 4096 * 4096 + length : at;
        }
        throw new AssertionError("no record of type " + type);
    }
}
