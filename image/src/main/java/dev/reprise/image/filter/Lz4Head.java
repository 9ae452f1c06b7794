package dev.reprise.image.filter;

import dev.reprise.image.BadImageException;
import io.airlift.compress.v3.xxhash.XxHash32JavaHasher;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What stands before the blocks of an lz4 frame. */
record Lz4Head(boolean isIndependent, boolean hasBlockChecksums, boolean hasContentChecksum, int mostOfBlock) {
    private static final int SKIPPABLE = 0x184D2A50;
    private static final int CONTENT_SIZE = 0x08;

    /** That of the next frame with content, or null at the end. */
    static @Nullable Lz4Head next(Intake intake) throws IOException {
        while (!intake.isAtEnd()) {
            int magic = intake.i32();
            if (magic == Lz4.MAGIC) {
                return read(intake);
            }
            if ((magic & ~0xf) != SKIPPABLE) {
                throw Expanding.corrupt("lz4", intake.position() - Integer.BYTES, null);
            }
            intake.skip(Integer.toUnsignedLong(intake.i32()));
        }
        return null;
    }

    private static Lz4Head read(Intake intake) throws IOException {
        byte[] bytes = new byte[2 + Long.BYTES];
        intake.read(bytes, 0, 2);
        int length = 2;
        if ((bytes[0] & CONTENT_SIZE) != 0) {
            intake.read(bytes, 2, Long.BYTES);
            length += Long.BYTES;
        }
        int flags = bytes[0] & 0xff;
        int size = bytes[1] >> 4 & 7;
        if (flags >> 6 != 1 || (flags & 3) != 0 || (bytes[1] & 0x8f) != 0 || size < 4) {
            // A version, dictionary or block size that the format has not, or not yet.
            throw new BadImageException.TooNew("its lz4 stream has what is not known", intake.position());
        }
        if (intake.u8() != (XxHash32JavaHasher.hash(bytes, 0, length, 0) >> 8 & 0xff)) {
            throw Expanding.corrupt("lz4", intake.position(), null);
        }
        return new Lz4Head((flags & 0x20) != 0, (flags & 0x10) != 0, (flags & 0x04) != 0, 1 << (8 + 2 * size));
    }
}
