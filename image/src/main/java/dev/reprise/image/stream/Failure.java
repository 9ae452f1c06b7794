package dev.reprise.image.stream;

import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;

/** Why a checkpoint failed; stream.proto. */
final class Failure {
    private Failure() {}

    static byte[] encode(String reason) {
        MessageWriter m = new MessageWriter();
        m.utf8(1, reason);
        return m.toByteArray();
    }

    static String decode(byte[] payload) throws IOException {
        String reason = "";
        MessageReader m = new MessageReader(payload);
        for (int field = m.next(); field != 0; field = m.next()) {
            if (field != 1) {
                throw m.unknown("Failure");
            }
            reason = m.utf8();
        }
        return reason;
    }
}
