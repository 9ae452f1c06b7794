package dev.reprise.image.stream;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** The checksums, and for signatures the hashes, of one record's data, computed as the data pass: one for each MiB or part of one. */
public final class DataDigest {
    private final long length;
    private final int[] checksums;
    private final CRC32C crc = new CRC32C();
    private final @Nullable MessageDigest hash;
    private final ByteArrayOutputStream hashes = new ByteArrayOutputStream();
    private long done;

    /** {@code isHashed}: whether it is signed. */
    public DataDigest(long length, boolean isHashed) {
        this.length = length;
        hash = isHashed ? Transcript.sha512() : null;
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

    /** The hashes, one behind the other, when all bytes have come; none when they are not wanted. */
    public byte[] hashes() {
        return hashes.toByteArray();
    }

    /** The next bytes; consumes them. */
    public void update(ByteBuffer bytes) {
        int limit = bytes.limit();
        while (bytes.position() < limit) {
            long pieceEnd = pieceEnd();
            bytes.limit((int) Math.min(limit, bytes.position() + pieceEnd - done));
            done += bytes.remaining();
            if (hash != null) {
                hash.update(bytes.duplicate());
            }
            crc.update(bytes);
            if (done == pieceEnd) {
                checksums[(int) ((done - 1) / Limits.PIECE)] = (int) crc.getValue();
                crc.reset();
                if (hash != null) {
                    hashes.writeBytes(hash.digest());
                }
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
