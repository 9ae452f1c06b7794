package dev.reprise.image.stream;

import dev.reprise.image.BadImageException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The last 64 bytes of a complete image, little endian:
 *
 * <pre>
 *   0  magic  89 'E' 'S' 'I' 'R' 'P' 'E' 'R'
 *   8  u64 position of the index's record   16  u64 length of the whole image
 *  24  u64 number of records                32  u64 digest of the whole
 *  40  20 bytes zero                        60  u32 CRC32C of the bytes before
 * </pre>
 */
public record Trailer(long index, long length, long records, long digest) {
    public static final int BYTES = 64;
    private static final byte[] MAGIC = {(byte) 0x89, 'E', 'S', 'I', 'R', 'P', 'E', 'R'};
    private static final int CRC = BYTES - Integer.BYTES;

    byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        out.put(MAGIC).putLong(index).putLong(length).putLong(records).putLong(digest);
        out.putInt(CRC, Checksum.of(out.array(), 0, CRC));
        return out.array();
    }

    static Trailer decode(byte[] bytes, long position) throws BadImageException {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (!Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new BadImageException.Corrupt("there is no trailer where one must be", position);
        }
        if (in.getInt(CRC) != Checksum.of(bytes, 0, CRC)) {
            throw new BadImageException.Corrupt("the trailer differs from its checksum", position);
        }
        return new Trailer(in.getLong(8), in.getLong(16), in.getLong(24), in.getLong(32));
    }
}
