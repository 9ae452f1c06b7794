package dev.reprise.image.codec.v1;

import dev.reprise.image.state.SignalFd;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;

/** signal_fd.proto. */
final class SignalFdCodec {
    private SignalFdCodec() {}

    static MessageWriter write(SignalFd signal) {
        MessageWriter m = OpenFileHead.write(signal);
        m.fixed64(4, signal.mask());
        return m;
    }

    static SignalFd read(MessageReader m) throws IOException {
        OpenFileHead head = new OpenFileHead();
        long mask = 0;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 4 -> mask = m.fixed64();
                default -> head.read(field, m, "SignalFd");
            }
        }
        return new SignalFd(head.id(), head.flags(), head.owner(), mask);
    }
}
