package dev.reprise.image.codec.v1;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.Twin;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;

/** twin.proto. */
final class TwinCodec {
    private TwinCodec() {}

    static MessageWriter write(Twin twin) {
        MessageWriter m = new MessageWriter();
        m.u32(1, twin.id().value());
        m.u32(2, twin.space().value());
        m.u32(3, twin.pid());
        m.u64(4, twin.startTicks());
        m.u64(5, twin.pidNamespace());
        m.u64(6, twin.word());
        m.bytes(7, twin.mark().toArray());
        return m;
    }

    static Twin read(MessageReader m) throws IOException {
        ObjectId id = ObjectId.NONE;
        ObjectId space = ObjectId.NONE;
        int pid = 0;
        long startTicks = 0;
        long pidNamespace = 0;
        long word = 0;
        Bytes mark = Bytes.of(new byte[0]);
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> id = new ObjectId(m.u32());
                case 2 -> space = new ObjectId(m.u32());
                case 3 -> pid = m.u32();
                case 4 -> startTicks = m.u64();
                case 5 -> pidNamespace = m.u64();
                case 6 -> word = m.u64();
                case 7 -> mark = Bytes.of(m.bytes());
                default -> throw m.unknown("Twin");
            }
        }
        return new Twin(id, space, pid, startTicks, pidNamespace, word, mark);
    }
}
