package dev.reprise.image.codec.v1;

import dev.reprise.image.state.ResourceLimit;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;

/** resource_limit.proto. */
final class ResourceLimitCodec {
    private ResourceLimitCodec() {}

    static MessageWriter write(ResourceLimit limit) {
        MessageWriter m = new MessageWriter();
        m.u32(1, limit.resource());
        m.signed(2, limit.soft());
        m.signed(3, limit.hard());
        return m;
    }

    static ResourceLimit read(MessageReader m) throws IOException {
        int resource = 0;
        long soft = 0;
        long hard = 0;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> resource = m.u32();
                case 2 -> soft = m.signed();
                case 3 -> hard = m.signed();
                default -> throw m.unknown("ResourceLimit");
            }
        }
        return new ResourceLimit(resource, soft, hard);
    }
}
