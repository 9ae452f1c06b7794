package dev.reprise.image.stream;

import dev.reprise.image.BadImageException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The 32 bytes before every record's payload, little endian:
 *
 * <pre>
 *   0  u16 type    2  u16 flags    4  u16 lane    6  u16 zero
 *   8  u32 length of the payload  12  u32 CRC32C of the payload
 *  16  u64 length of the data behind the payload, a multiple of the page size
 *  24  u32 key (object id, pid or tid, else 0)   28  u32 CRC32C of the bytes before
 * </pre>
 *
 * <p>Data begin at the first page boundary behind the payload; the padding is zero.
 */
public record Frame(int type, int flags, int lane, int payloadLength, int payloadChecksum, long dataLength, int key) {
    /** The length in bytes. */
    public static final int BYTES = 32;

    /** The checksums of the data that came last in this lane. */
    public static final int DIGEST = 1;

    /** Where each record is; the last one, before the trailer. */
    public static final int INDEX = 2;

    /** Why the checkpoint failed; the last one of a failed checkpoint's stream. */
    public static final int FAILURE = 3;

    /** Who has signed all that stands before. */
    public static final int SIGNATURE = 4;

    /** A flag: a reader that does not know the type may leave the record out. */
    public static final int SKIPPABLE = 1;

    private static final int CRC = BYTES - Integer.BYTES;

    static Frame of(int type, int flags, int lane, int key, byte[] payload, long dataLength) {
        int checksum = Checksum.of(payload, 0, payload.length);
        return new Frame(type, flags, lane, payload.length, checksum, dataLength, key);
    }

    byte[] encode() {
        byte[] head = new byte[BYTES];
        encode(head, 0);
        return head;
    }

    void encode(byte[] into, int at) {
        ByteBuffer out = ByteBuffer.wrap(into, at, BYTES).order(ByteOrder.LITTLE_ENDIAN);
        out.putShort((short) type)
                .putShort((short) flags)
                .putShort((short) lane)
                .putShort((short) 0);
        out.putInt(payloadLength).putInt(payloadChecksum).putLong(dataLength).putInt(key);
        out.putInt(Checksum.of(into, at, CRC));
    }

    static Frame decode(byte[] bytes, long position) throws BadImageException {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (in.getInt(CRC) != Checksum.of(bytes, 0, CRC)) {
            throw new BadImageException.Corrupt("a record's head differs from its checksum", position);
        }
        Frame frame = new Frame(
                Short.toUnsignedInt(in.getShort(0)),
                Short.toUnsignedInt(in.getShort(2)),
                Short.toUnsignedInt(in.getShort(4)),
                in.getInt(8),
                in.getInt(12),
                in.getLong(16),
                in.getInt(24));
        if (frame.payloadLength < 0 || frame.payloadLength > Limits.PAYLOAD) {
            throw new BadImageException.Corrupt("a record is longer than any may be", position);
        }
        long data = frame.dataLength;
        if (data < 0 || data > Limits.DATA || data % Alignment.PAGE != 0 || (frame.type < 16 && data != 0)) {
            throw new BadImageException.Corrupt("a record has data of an impossible length", position);
        }
        if ((frame.flags & ~SKIPPABLE) != 0 || in.getShort(6) != 0) {
            throw new BadImageException.TooNew("a record has flags that are not known", position);
        }
        return frame;
    }

    boolean isSkippable() {
        return (flags & SKIPPABLE) != 0;
    }
}
