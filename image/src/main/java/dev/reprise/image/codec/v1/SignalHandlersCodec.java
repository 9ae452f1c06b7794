package dev.reprise.image.codec.v1;

import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.SignalAction;
import dev.reprise.image.state.SignalHandlers;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** signal_handlers.proto. */
final class SignalHandlersCodec {
    private SignalHandlersCodec() {}

    static MessageWriter write(SignalHandlers handlers) {
        MessageWriter m = new MessageWriter();
        m.u32(1, handlers.id().value());
        for (SignalAction action : handlers.actions()) {
            MessageWriter a = new MessageWriter();
            a.u32(1, action.signal());
            a.u64(2, action.handler());
            a.u64(3, action.flags());
            a.u64(4, action.restorer());
            a.fixed64(5, action.mask());
            m.message(2, a);
        }
        return m;
    }

    static SignalHandlers read(MessageReader m) throws IOException {
        ObjectId id = ObjectId.NONE;
        List<SignalAction> actions = new ArrayList<>();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> id = new ObjectId(m.u32());
                case 2 -> actions.add(action(m.message()));
                default -> throw m.unknown("SignalHandlers");
            }
        }
        return new SignalHandlers(id, actions);
    }

    private static SignalAction action(MessageReader m) throws IOException {
        int signal = 0;
        long handler = 0;
        long flags = 0;
        long restorer = 0;
        long mask = 0;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> signal = m.u32();
                case 2 -> handler = m.u64();
                case 3 -> flags = m.u64();
                case 4 -> restorer = m.u64();
                case 5 -> mask = m.fixed64();
                default -> throw m.unknown("SignalAction");
            }
        }
        return new SignalAction(signal, handler, flags, restorer, mask);
    }
}
