package dev.reprise.image.stream;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** The checksums of one record's data, computed as the data pass: one for each MiB or part of one. */
public final class DataDigest {
    private final long length;
    private final int[] checksums;
    private final CRC32C crc = new CRC32C();
    private long done;

    public DataDigest(long length) {
        this.length = length;
        this.checksums = new int[Digest.pieces(length)];
    }

    /** The bytes that have not come yet. */
    public long remaining() {
        return length - done;
    }

    /** The checksums, when all bytes have come. */
    public int[] checksums() {
        return checksums.clone();
    }

    /** The next bytes; consumes them. */
    public void update(ByteBuffer bytes) {
        int limit = bytes.limit();
        while (bytes.position() < limit) {
            long pieceEnd = pieceEnd();
            bytes.limit((int) Math.min(limit, bytes.position() + pieceEnd - done));
            done += bytes.remaining();
            crc.update(bytes);
            if (done == pieceEnd) {
                checksums[(int) ((done - 1) / Limits.PIECE)] = (int) crc.getValue();
                crc.reset();
            }
        }
    }

    /** Where the piece ends that the next byte belongs to. */
    long pieceEnd() {
        return Math.min(length, (done / Limits.PIECE + 1) * Limits.PIECE);
    }

    long done() {
        return done;
    }
}
