package dev.reprise.image.codec.v1;

import dev.reprise.image.state.FileIdentity;
import dev.reprise.image.state.PosixQueue;
import dev.reprise.image.state.QueuedMessage;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** posix_queue.proto. */
final class PosixQueueCodec {
    private PosixQueueCodec() {}

    static MessageWriter write(PosixQueue queue) {
        MessageWriter m = OpenFileHead.write(queue);
        m.message(4, FileIdentityCodec.write(queue.file()));
        m.u64(5, queue.maxMessages());
        m.u64(6, queue.messageSize());
        m.bool(7, queue.isEmpty());
        for (QueuedMessage message : queue.messages()) {
            m.message(8, QueuedMessageCodec.write(message));
        }
        return m;
    }

    static PosixQueue read(MessageReader m) throws IOException {
        OpenFileHead head = new OpenFileHead();
        FileIdentity file = null;
        long[] sizes = new long[7];
        boolean isEmpty = false;
        List<QueuedMessage> messages = new ArrayList<>();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 4 -> file = FileIdentityCodec.read(m.message());
                case 5, 6 -> sizes[field] = m.u64();
                case 7 -> isEmpty = m.bool();
                case 8 -> messages.add(QueuedMessageCodec.read(m.message()));
                default -> head.read(field, m, "PosixQueue");
            }
        }
        return new PosixQueue(
                head.id(),
                head.flags(),
                head.owner(),
                MessageReader.require(file, "PosixQueue.file"),
                sizes[5],
                sizes[6],
                isEmpty,
                messages);
    }
}
