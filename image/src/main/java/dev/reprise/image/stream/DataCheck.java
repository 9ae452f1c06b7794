package dev.reprise.image.stream;

import dev.reprise.image.BadImageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Data of one record that were passed over in a file, and the checksums that they must have. */
public final class DataCheck {
    private final long position;
    private final long length;
    private final int[] checksums;

    DataCheck(long position, long length, int[] checksums) {
        this.position = position;
        this.length = length;
        this.checksums = checksums.clone();
    }

    /** Where they begin in the file. */
    public long position() {
        return position;
    }

    /** The bytes of the data. */
    public long length() {
        return length;
    }

    /** Throws {@code Corrupt} unless the data in {@code file} are right; {@code buffer} is 1 MiB of native memory. */
    public void verify(FileChannel file, ByteBuffer buffer) throws IOException {
        for (int i = 0; i < checksums.length; i++) {
            verify(file, buffer, i);
        }
    }

    /** The same of one piece of {@link Limits#PIECE} bytes, or of the shorter one at the end, which {@code buffer} has then. */
    public void verify(FileChannel file, ByteBuffer buffer, int piece) throws IOException {
        long at = position + (long) piece * Limits.PIECE;
        ByteBuffer bytes = read(file, buffer, at, Math.min(Limits.PIECE, position + length - at));
        if (Checksum.of(bytes.duplicate()) != checksums[piece]) {
            throw new BadImageException.Corrupt("page data differ from their checksum", at);
        }
    }

    /** Digests data that lie in a file; {@code isHashed}: whether they are signed. */
    public static DataDigest digest(FileChannel file, ByteBuffer buffer, long position, long length, boolean isHashed)
            throws IOException {
        DataDigest digest = new DataDigest(length, isHashed);
        while (digest.remaining() > 0) {
            long at = position + length - digest.remaining();
            digest.update(read(file, buffer, at, Math.min(buffer.capacity(), digest.remaining())));
        }
        return digest;
    }

    private static ByteBuffer read(FileChannel file, ByteBuffer buffer, long at, long length) throws IOException {
        buffer.clear().limit((int) length);
        while (buffer.hasRemaining()) {
            if (file.read(buffer, at + buffer.position()) < 0) {
                throw new BadImageException.Truncated("it ends too early", at + buffer.position());
            }
        }
        return buffer.flip();
    }
}
