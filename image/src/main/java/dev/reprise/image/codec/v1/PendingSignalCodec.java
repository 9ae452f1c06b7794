package dev.reprise.image.codec.v1;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.PendingSignal;
import dev.reprise.image.wire.MessageReader;
import java.io.IOException;

/** A siginfo_t as plain bytes. */
final class PendingSignalCodec {
    private PendingSignalCodec() {}

    static PendingSignal read(MessageReader m) throws IOException {
        return new PendingSignal(Bytes.of(m.bytes()));
    }
}
