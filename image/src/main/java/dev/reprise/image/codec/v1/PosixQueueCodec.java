package dev.reprise.image.codec.v1;

import dev.reprise.image.state.FileIdentity;
import dev.reprise.image.state.PosixQueue;
import dev.reprise.image.state.QueueNotification;
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
        QueueNotification notification = queue.notification();
        if (!notification.equals(QueueNotification.NONE)) {
            MessageWriter n = new MessageWriter();
            n.u32(1, notification.pid());
            n.u32(2, notification.how());
            n.u32(3, notification.signal());
            n.u64(4, notification.value());
            m.message(9, n);
        }
        return m;
    }

    private static QueueNotification notification(MessageReader m) throws IOException {
        int pid = 0;
        int how = 0;
        int signal = 0;
        long value = 0;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> pid = m.u32();
                case 2 -> how = m.u32();
                case 3 -> signal = m.u32();
                case 4 -> value = m.u64();
                default -> throw m.unknown("QueueNotification");
            }
        }
        return new QueueNotification(pid, how, signal, value);
    }

    static PosixQueue read(MessageReader m) throws IOException {
        OpenFileHead head = new OpenFileHead();
        FileIdentity file = null;
        long[] sizes = new long[7];
        boolean isEmpty = false;
        List<QueuedMessage> messages = new ArrayList<>();
        QueueNotification notification = QueueNotification.NONE;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 4 -> file = FileIdentityCodec.read(m.message());
                case 5, 6 -> sizes[field] = m.u64();
                case 7 -> isEmpty = m.bool();
                case 8 -> messages.add(QueuedMessageCodec.read(m.message()));
                case 9 -> notification = notification(m.message());
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
                messages,
                notification);
    }
}
