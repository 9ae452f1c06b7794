package dev.reprise.image.codec.v1;

import dev.reprise.image.state.MemFd;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;

/** mem_fd.proto. */
final class MemFdCodec {
    private MemFdCodec() {}

    static MessageWriter write(MemFd memFd) {
        MessageWriter m = OpenFileHead.write(memFd);
        m.u32(4, memFd.memory().value());
        m.u64(5, memFd.offset());
        return m;
    }

    static MemFd read(MessageReader m) throws IOException {
        OpenFileHead head = new OpenFileHead();
        ObjectId memory = ObjectId.NONE;
        long offset = 0;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 4 -> memory = new ObjectId(m.u32());
                case 5 -> offset = m.u64();
                default -> head.read(field, m, "MemFd");
            }
        }
        return new MemFd(head.id(), head.flags(), head.owner(), memory, offset);
    }
}
