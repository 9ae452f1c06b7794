package dev.reprise.image.stream;

import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;

/** The checksums of a record's data, one for each MiB or part of one; stream.proto. */
final class Digest {
    private Digest() {}

    static int pieces(long dataLength) {
        return Math.toIntExact((dataLength + Limits.PIECE - 1) / Limits.PIECE);
    }

    static byte[] encode(int[] checksums) {
        MessageWriter m = new MessageWriter();
        m.packedFixed32(1, checksums);
        return m.toByteArray();
    }

    static int[] decode(byte[] payload) throws IOException {
        int[] checksums = {};
        MessageReader m = new MessageReader(payload);
        for (int field = m.next(); field != 0; field = m.next()) {
            if (field != 1) {
                throw m.unknown("Digest");
            }
            checksums = m.packedFixed32();
        }
        return checksums;
    }
}
