package dev.reprise.image.codec.v1;

import dev.reprise.image.state.EventFd;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;

/** event_fd.proto. */
final class EventFdCodec {
    private EventFdCodec() {}

    static MessageWriter write(EventFd event) {
        MessageWriter m = OpenFileHead.write(event);
        m.u64(4, event.count());
        m.bool(5, event.semaphore());
        return m;
    }

    static EventFd read(MessageReader m) throws IOException {
        OpenFileHead head = new OpenFileHead();
        long count = 0;
        boolean semaphore = false;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 4 -> count = m.u64();
                case 5 -> semaphore = m.bool();
                default -> head.read(field, m, "EventFd");
            }
        }
        return new EventFd(head.id(), head.flags(), head.owner(), count, semaphore);
    }
}
