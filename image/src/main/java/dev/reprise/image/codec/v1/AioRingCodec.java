package dev.reprise.image.codec.v1;

import dev.reprise.image.state.Backing;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;

/** aio_ring.proto. */
final class AioRingCodec {
    private AioRingCodec() {}

    static MessageWriter write(Backing.AioRing ring) {
        MessageWriter m = new MessageWriter();
        m.bool(1, ring.hasContext());
        m.u32(2, ring.head());
        m.u32(3, ring.tail());
        m.bytes(4, ring.unread().toArray());
        return m;
    }

    static Backing.AioRing read(MessageReader m) throws IOException {
        boolean hasContext = false;
        int head = 0;
        int tail = 0;
        Bytes unread = Bytes.empty();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> hasContext = m.bool();
                case 2 -> head = m.u32();
                case 3 -> tail = m.u32();
                case 4 -> unread = Bytes.of(m.bytes());
                default -> throw m.unknown("AioRing");
            }
        }
        return new Backing.AioRing(hasContext, head, tail, unread);
    }
}
