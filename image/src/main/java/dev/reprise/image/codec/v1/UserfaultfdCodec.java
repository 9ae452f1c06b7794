package dev.reprise.image.codec.v1;

import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.Userfaultfd;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;
import java.util.List;

/** userfaultfd.proto. */
final class UserfaultfdCodec {
    private UserfaultfdCodec() {}

    static MessageWriter write(Userfaultfd faults) {
        MessageWriter m = OpenFileHead.write(faults);
        m.bool(4, faults.initialised());
        m.u64(5, faults.features());
        m.bool(6, faults.userModeOnly());
        m.u32(7, faults.space().value());
        m.packed(8, PageRunCodec.write(faults.ranges()));
        m.packed(9, PageRunCodec.write(faults.zeros()));
        m.packed(10, PageRunCodec.write(faults.mapped()));
        m.packed(11, PageRunCodec.write(faults.writeProtected()));
        m.packed(12, PageRunCodec.write(faults.poisoned()));
        return m;
    }

    static Userfaultfd read(MessageReader m) throws IOException {
        OpenFileHead head = new OpenFileHead();
        boolean initialised = false;
        long features = 0;
        boolean userModeOnly = false;
        ObjectId space = ObjectId.NONE;
        List<PageRun> ranges = List.of();
        List<PageRun> zeros = List.of();
        List<PageRun> mapped = List.of();
        List<PageRun> writeProtected = List.of();
        List<PageRun> poisoned = List.of();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 4 -> initialised = m.bool();
                case 5 -> features = m.u64();
                case 6 -> userModeOnly = m.bool();
                case 7 -> space = new ObjectId(m.u32());
                case 8 -> ranges = PageRunCodec.read(m.packed());
                case 9 -> zeros = PageRunCodec.read(m.packed());
                case 10 -> mapped = PageRunCodec.read(m.packed());
                case 11 -> writeProtected = PageRunCodec.read(m.packed());
                case 12 -> poisoned = PageRunCodec.read(m.packed());
                default -> head.read(field, m, "Userfaultfd");
            }
        }
        return new Userfaultfd(
                head.id(),
                head.flags(),
                head.owner(),
                initialised,
                features,
                userModeOnly,
                space,
                ranges,
                zeros,
                mapped,
                writeProtected,
                poisoned);
    }
}
