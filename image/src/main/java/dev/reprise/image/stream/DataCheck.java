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

    /** The bytes of the data. */
    public long length() {
        return length;
    }

    /** Throws {@code Corrupt} unless the data in {@code file} are right; {@code buffer} is 1 MiB of native memory. */
    public void verify(FileChannel file, ByteBuffer buffer) throws IOException {
        for (int i = 0; i < checksums.length; i++) {
            long at = position + (long) i * Limits.PIECE;
            if (checksum(file, buffer, at, Math.min(Limits.PIECE, position + length - at)) != checksums[i]) {
                throw new BadImageException.Corrupt("page data differ from their checksum", at);
            }
        }
    }

    /** The checksums of data that lie in a file. */
    public static int[] compute(FileChannel file, ByteBuffer buffer, long position, long length) throws IOException {
        int[] checksums = new int[Digest.pieces(length)];
        for (int i = 0; i < checksums.length; i++) {
            long at = position + (long) i * Limits.PIECE;
            checksums[i] = checksum(file, buffer, at, Math.min(Limits.PIECE, position + length - at));
        }
        return checksums;
    }

    private static int checksum(FileChannel file, ByteBuffer buffer, long at, long length) throws IOException {
        buffer.clear().limit((int) length);
        while (buffer.hasRemaining()) {
            if (file.read(buffer, at + buffer.position()) < 0) {
                throw new BadImageException.Truncated("it ends too early", at + buffer.position());
            }
        }
        return Checksum.of(buffer.flip());
    }
}
