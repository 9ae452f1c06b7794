package dev.reprise.image.stream;

import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * The digest of a whole image: CRC32C (low half) and CRC32 (high half) over the header and every record's head, in the
 * order of the stream. The heads hold the checksums of the payloads, and digest payloads those of the data.
 */
final class WholeDigest {
    private final CRC32C low = new CRC32C();
    private final CRC32 high = new CRC32();

    void update(byte[] bytes, int offset, int length) {
        low.update(bytes, offset, length);
        high.update(bytes, offset, length);
    }

    long value() {
        return high.getValue() << 32 | low.getValue();
    }
}
