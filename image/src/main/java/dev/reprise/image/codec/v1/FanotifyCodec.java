package dev.reprise.image.codec.v1;

import dev.reprise.image.state.Fanotify;
import dev.reprise.image.state.FanotifyMark;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** fanotify.proto. */
final class FanotifyCodec {
    private FanotifyCodec() {}

    static MessageWriter write(Fanotify group) {
        MessageWriter m = OpenFileHead.write(group);
        m.u32(4, group.groupFlags());
        m.u32(5, group.eventFlags());
        for (FanotifyMark mark : group.marks()) {
            MessageWriter w = new MessageWriter();
            w.bool(1, mark.scope() == FanotifyMark.Scope.FILE_SYSTEM);
            w.latin1(2, mark.path());
            w.u32(3, mark.flags());
            w.u32(4, mark.mask());
            w.u32(5, mark.ignored());
            w.bool(6, mark.scope() == FanotifyMark.Scope.MOUNT);
            m.message(6, w);
        }
        return m;
    }

    static Fanotify read(MessageReader m) throws IOException {
        OpenFileHead head = new OpenFileHead();
        int groupFlags = 0;
        int eventFlags = 0;
        List<FanotifyMark> marks = new ArrayList<>();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 4 -> groupFlags = m.u32();
                case 5 -> eventFlags = m.u32();
                case 6 -> marks.add(mark(m.message()));
                default -> head.read(field, m, "Fanotify");
            }
        }
        return new Fanotify(head.id(), head.flags(), head.owner(), groupFlags, eventFlags, marks);
    }

    private static FanotifyMark mark(MessageReader m) throws IOException {
        FanotifyMark.Scope scope = FanotifyMark.Scope.INODE;
        String path = "";
        int flags = 0;
        int mask = 0;
        int ignored = 0;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> scope = m.bool() ? FanotifyMark.Scope.FILE_SYSTEM : scope;
                case 2 -> path = m.latin1();
                case 3 -> flags = m.u32();
                case 4 -> mask = m.u32();
                case 5 -> ignored = m.u32();
                case 6 -> scope = m.bool() ? FanotifyMark.Scope.MOUNT : scope;
                default -> throw m.unknown("FanotifyMark");
            }
        }
        return new FanotifyMark(scope, path, flags, mask, ignored);
    }
}
