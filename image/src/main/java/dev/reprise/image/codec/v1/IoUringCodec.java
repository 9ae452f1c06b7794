package dev.reprise.image.codec.v1;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.IoUring;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;
import java.util.List;

/** io_uring.proto. */
final class IoUringCodec {
    private IoUringCodec() {}

    static MessageWriter write(IoUring ring) {
        MessageWriter m = OpenFileHead.write(ring);
        m.u32(4, ring.setup());
        m.u32(5, ring.sqEntries());
        m.u32(6, ring.cqEntries());
        m.u32(7, ring.sqPosition());
        m.u32(8, ring.cqPosition());
        m.packed(9, IdsCodec.write(ring.offsets()));
        m.u32(10, ring.submitter());
        m.u32(11, ring.ringBytes());
        m.bytes(12, ring.rings().toArray());
        m.u32(13, ring.entryBytes());
        m.bytes(14, ring.entries().toArray());
        return m;
    }

    static IoUring read(MessageReader m) throws IOException {
        OpenFileHead head = new OpenFileHead();
        int setup = 0;
        int sqEntries = 0;
        int cqEntries = 0;
        int sqPosition = 0;
        int cqPosition = 0;
        List<Integer> offsets = List.of();
        int submitter = 0;
        int ringBytes = 0;
        Bytes rings = Bytes.empty();
        int entryBytes = 0;
        Bytes entries = Bytes.empty();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 4 -> setup = m.u32();
                case 5 -> sqEntries = m.u32();
                case 6 -> cqEntries = m.u32();
                case 7 -> sqPosition = m.u32();
                case 8 -> cqPosition = m.u32();
                case 9 -> offsets = IdsCodec.read(m.packed());
                case 10 -> submitter = m.u32();
                case 11 -> ringBytes = m.u32();
                case 12 -> rings = Bytes.of(m.bytes());
                case 13 -> entryBytes = m.u32();
                case 14 -> entries = Bytes.of(m.bytes());
                default -> head.read(field, m, "IoUring");
            }
        }
        return new IoUring(
                head.id(),
                head.flags(),
                head.owner(),
                setup,
                sqEntries,
                cqEntries,
                sqPosition,
                cqPosition,
                offsets,
                submitter,
                ringBytes,
                rings,
                entryBytes,
                entries);
    }
}
