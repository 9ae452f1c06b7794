package dev.reprise.image.codec.v1;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.SeccompFilter;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;

/** seccomp_filter.proto. */
final class SeccompFilterCodec {
    private SeccompFilterCodec() {}

    static MessageWriter write(SeccompFilter filter) {
        MessageWriter m = new MessageWriter();
        m.u32(1, filter.id().value());
        m.u32(2, filter.previous().value());
        m.u32(3, filter.flags());
        m.bytes(4, filter.program().toArray());
        return m;
    }

    static SeccompFilter read(MessageReader m) throws IOException {
        int[] words = new int[4];
        Bytes program = Bytes.empty();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1, 2, 3 -> words[field] = m.u32();
                case 4 -> program = Bytes.of(m.bytes());
                default -> throw m.unknown("SeccompFilter");
            }
        }
        return new SeccompFilter(new ObjectId(words[1]), new ObjectId(words[2]), words[3], program);
    }
}
