package dev.reprise.image.codec.v1;

import dev.reprise.image.state.Inotify;
import dev.reprise.image.state.InotifyWatch;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** inotify.proto. */
final class InotifyCodec {
    private InotifyCodec() {}

    static MessageWriter write(Inotify inotify) {
        MessageWriter m = OpenFileHead.write(inotify);
        for (InotifyWatch watch : inotify.watches()) {
            MessageWriter w = new MessageWriter();
            w.u32(1, watch.descriptor());
            w.latin1(2, watch.path());
            w.u32(3, watch.mask());
            w.u32(4, watch.file().value());
            m.message(4, w);
        }
        return m;
    }

    static Inotify read(MessageReader m) throws IOException {
        OpenFileHead head = new OpenFileHead();
        List<InotifyWatch> watches = new ArrayList<>();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 4 -> watches.add(watch(m.message()));
                default -> head.read(field, m, "Inotify");
            }
        }
        return new Inotify(head.id(), head.flags(), head.owner(), watches);
    }

    private static InotifyWatch watch(MessageReader m) throws IOException {
        int descriptor = 0;
        String path = "";
        int mask = 0;
        ObjectId file = ObjectId.NONE;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> descriptor = m.u32();
                case 2 -> path = m.latin1();
                case 3 -> mask = m.u32();
                case 4 -> file = new ObjectId(m.u32());
                default -> throw m.unknown("InotifyWatch");
            }
        }
        return new InotifyWatch(descriptor, path, mask, file);
    }
}
