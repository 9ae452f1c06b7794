package dev.reprise.image.codec.v1;

import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRepeat;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;
import java.util.List;

/** pages.proto: which pages of which object the data behind the record are. */
public final class PagesCodec {
    private PagesCodec() {}

    /** The payload of a record with page data. */
    public static byte[] write(ObjectId object, List<PageRun> runs) {
        return write(new Pages(object, runs));
    }

    /** The same. */
    public static byte[] write(Pages pages) {
        MessageWriter m = new MessageWriter();
        m.u32(1, pages.object().value());
        m.packed(2, PageRunCodec.write(pages.runs()));
        m.packed(3, PageRepeatCodec.write(pages.repeats()));
        return m.toByteArray();
    }

    static Pages read(MessageReader m) throws IOException {
        ObjectId object = ObjectId.NONE;
        List<PageRun> runs = List.of();
        List<PageRepeat> repeats = List.of();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> object = new ObjectId(m.u32());
                case 2 -> runs = PageRunCodec.read(m.packed());
                case 3 -> repeats = PageRepeatCodec.read(m.packed());
                default -> throw m.unknown("Pages");
            }
        }
        return new Pages(object, runs, repeats);
    }
}
