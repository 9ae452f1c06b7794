package dev.reprise.image.codec.v1;

import dev.reprise.image.state.Credentials;
import dev.reprise.image.wire.MalformedException;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** credentials.proto. */
final class CredentialsCodec {
    private CredentialsCodec() {}

    static MessageWriter write(Credentials c) {
        MessageWriter m = new MessageWriter();
        m.u32(1, c.uid());
        m.u32(2, c.euid());
        m.u32(3, c.suid());
        m.u32(4, c.fsuid());
        m.u32(5, c.gid());
        m.u32(6, c.egid());
        m.u32(7, c.sgid());
        m.u32(8, c.fsgid());
        long[] groups = new long[c.groups().size()];
        for (int i = 0; i < groups.length; i++) {
            groups[i] = Integer.toUnsignedLong(c.groups().get(i));
        }
        m.packed(9, groups);
        m.fixed64(10, c.inheritable());
        m.fixed64(11, c.permitted());
        m.fixed64(12, c.effective());
        m.fixed64(13, c.bounding());
        m.fixed64(14, c.ambient());
        m.u32(15, c.securebits());
        m.bool(16, c.noNewPrivs());
        return m;
    }

    static Credentials read(MessageReader m) throws IOException {
        int[] ids = new int[9];
        List<Integer> groups = List.of();
        long[] sets = new long[15];
        int securebits = 0;
        boolean noNewPrivs = false;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1, 2, 3, 4, 5, 6, 7, 8 -> ids[field] = m.u32();
                case 9 -> groups = groups(m.packed());
                case 10, 11, 12, 13, 14 -> sets[field] = m.fixed64();
                case 15 -> securebits = m.u32();
                case 16 -> noNewPrivs = m.bool();
                default -> throw m.unknown("Credentials");
            }
        }
        return new Credentials(
                ids[1],
                ids[2],
                ids[3],
                ids[4],
                ids[5],
                ids[6],
                ids[7],
                ids[8],
                groups,
                sets[10],
                sets[11],
                sets[12],
                sets[13],
                sets[14],
                securebits,
                noNewPrivs);
    }

    private static List<Integer> groups(long[] values) throws MalformedException {
        List<Integer> groups = new ArrayList<>(values.length);
        for (long value : values) {
            if (value >>> 32 != 0) {
                throw new MalformedException("a group id is too large");
            }
            groups.add((int) value);
        }
        return groups;
    }
}
