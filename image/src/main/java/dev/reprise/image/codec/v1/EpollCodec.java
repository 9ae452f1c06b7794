package dev.reprise.image.codec.v1;

import dev.reprise.image.state.Epoll;
import dev.reprise.image.state.EpollMember;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** epoll.proto. */
final class EpollCodec {
    private EpollCodec() {}

    static MessageWriter write(Epoll epoll) {
        MessageWriter m = OpenFileHead.write(epoll);
        for (EpollMember member : epoll.members()) {
            MessageWriter e = new MessageWriter();
            e.u32(1, member.number());
            e.u32(2, member.target().value());
            e.u32(3, member.events());
            e.u64(4, member.data());
            m.message(4, e);
        }
        return m;
    }

    static Epoll read(MessageReader m) throws IOException {
        OpenFileHead head = new OpenFileHead();
        List<EpollMember> members = new ArrayList<>();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 4 -> members.add(member(m.message()));
                default -> head.read(field, m, "Epoll");
            }
        }
        return new Epoll(head.id(), head.flags(), head.owner(), members);
    }

    private static EpollMember member(MessageReader m) throws IOException {
        int number = 0;
        ObjectId target = ObjectId.NONE;
        int events = 0;
        long data = 0;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> number = m.u32();
                case 2 -> target = new ObjectId(m.u32());
                case 3 -> events = m.u32();
                case 4 -> data = m.u64();
                default -> throw m.unknown("EpollMember");
            }
        }
        return new EpollMember(number, target, events, data);
    }
}
