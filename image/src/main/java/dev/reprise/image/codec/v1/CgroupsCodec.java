package dev.reprise.image.codec.v1;

import dev.reprise.image.state.Cgroups;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** cgroups.proto. */
final class CgroupsCodec {
    private CgroupsCodec() {}

    static MessageWriter write(Cgroups cgroups) {
        MessageWriter m = new MessageWriter();
        m.u32(1, cgroups.id().value());
        for (Cgroups.Membership membership : cgroups.memberships()) {
            MessageWriter one = new MessageWriter();
            one.latin1(1, membership.directory());
            one.bool(2, membership.unified());
            m.message(2, one);
        }
        return m;
    }

    static Cgroups read(MessageReader m) throws IOException {
        ObjectId id = ObjectId.NONE;
        List<Cgroups.Membership> memberships = new ArrayList<>();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> id = new ObjectId(m.u32());
                case 2 -> memberships.add(membership(m.message()));
                default -> throw m.unknown("Cgroups");
            }
        }
        return new Cgroups(id, memberships);
    }

    private static Cgroups.Membership membership(MessageReader m) throws IOException {
        String directory = "";
        boolean unified = false;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> directory = m.latin1();
                case 2 -> unified = m.bool();
                default -> throw m.unknown("Membership");
            }
        }
        return new Cgroups.Membership(directory, unified);
    }
}
