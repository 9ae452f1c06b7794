package dev.reprise.image.codec.v1;

import dev.reprise.image.state.Epoll;
import dev.reprise.image.state.EpollMember;
import dev.reprise.image.state.EpollPolling;
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
            e.bool(5, member.isReported());
            m.message(4, e);
        }
        EpollPolling polling = epoll.polling();
        if (!polling.equals(EpollPolling.NONE)) {
            MessageWriter e = new MessageWriter();
            e.u32(1, polling.micros());
            e.u32(2, polling.budget());
            e.bool(3, polling.isPreferred());
            m.message(5, e);
        }
        return m;
    }

    static Epoll read(MessageReader m) throws IOException {
        OpenFileHead head = new OpenFileHead();
        List<EpollMember> members = new ArrayList<>();
        EpollPolling polling = EpollPolling.NONE;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 4 -> members.add(member(m.message()));
                case 5 -> polling = polling(m.message());
                default -> head.read(field, m, "Epoll");
            }
        }
        return new Epoll(head.id(), head.flags(), head.owner(), members, polling);
    }

    private static EpollPolling polling(MessageReader m) throws IOException {
        int micros = 0;
        int budget = 0;
        boolean preferred = false;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> micros = m.u32();
                case 2 -> budget = m.u32();
                case 3 -> preferred = m.bool();
                default -> throw m.unknown("EpollPolling");
            }
        }
        return new EpollPolling(micros, budget, preferred);
    }

    private static EpollMember member(MessageReader m) throws IOException {
        int number = 0;
        ObjectId target = ObjectId.NONE;
        int events = 0;
        long data = 0;
        boolean reported = false;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> number = m.u32();
                case 2 -> target = new ObjectId(m.u32());
                case 3 -> events = m.u32();
                case 4 -> data = m.u64();
                case 5 -> reported = m.bool();
                default -> throw m.unknown("EpollMember");
            }
        }
        return new EpollMember(number, target, events, data, reported);
    }
}
