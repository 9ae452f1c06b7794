package dev.reprise.image.codec.v1;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.QueuedMessage;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;

/** QueuedMessage of posix_queue.proto. */
final class QueuedMessageCodec {
    private QueuedMessageCodec() {}

    static MessageWriter write(QueuedMessage message) {
        MessageWriter m = new MessageWriter();
        m.u32(1, message.priority());
        m.bytes(2, message.content().toArray());
        return m;
    }

    static QueuedMessage read(MessageReader m) throws IOException {
        int priority = 0;
        Bytes content = Bytes.empty();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> priority = m.u32();
                case 2 -> content = Bytes.of(m.bytes());
                default -> throw m.unknown("QueuedMessage");
            }
        }
        return new QueuedMessage(priority, content);
    }
}
