package dev.reprise.image.codec.v1;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.Ownership;
import dev.reprise.image.state.Pipe;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** pipe.proto: the buffer; its ends are open files. */
final class PipeCodec {
    private PipeCodec() {}

    static MessageWriter write(Pipe pipe) {
        MessageWriter m = new MessageWriter();
        m.u32(1, pipe.id().value());
        m.u32(2, pipe.capacity());
        for (Bytes packet : pipe.unread()) {
            m.element(3, packet.toArray());
        }
        m.message(4, OwnershipCodec.write(pipe.ownership()));
        return m;
    }

    static Pipe read(MessageReader m) throws IOException {
        ObjectId id = ObjectId.NONE;
        int capacity = 0;
        Ownership ownership = Ownership.ROOT;
        List<Bytes> unread = new ArrayList<>();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> id = new ObjectId(m.u32());
                case 2 -> capacity = m.u32();
                case 3 -> unread.add(Bytes.of(m.bytes()));
                case 4 -> ownership = OwnershipCodec.read(m.message());
                default -> throw m.unknown("Pipe");
            }
        }
        return new Pipe(id, capacity, ownership, unread);
    }
}
