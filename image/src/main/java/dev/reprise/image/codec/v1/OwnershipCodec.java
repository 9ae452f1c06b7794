package dev.reprise.image.codec.v1;

import dev.reprise.image.state.Ownership;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;

/** ownership.proto. */
final class OwnershipCodec {
    private OwnershipCodec() {}

    static MessageWriter write(Ownership ownership) {
        MessageWriter m = new MessageWriter();
        m.u32(1, ownership.uid());
        m.u32(2, ownership.gid());
        return m;
    }

    static Ownership read(MessageReader m) throws IOException {
        int uid = 0;
        int gid = 0;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> uid = m.u32();
                case 2 -> gid = m.u32();
                default -> throw m.unknown("Ownership");
            }
        }
        return new Ownership(uid, gid);
    }
}
