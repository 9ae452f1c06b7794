package dev.reprise.image.codec.v1;

import dev.reprise.image.state.HungUpTerminal;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;

/** hung_up_terminal.proto. */
final class HungUpTerminalCodec {
    private HungUpTerminalCodec() {}

    static MessageWriter write(HungUpTerminal file) {
        MessageWriter m = OpenFileHead.write(file);
        m.latin1(4, file.path());
        return m;
    }

    static HungUpTerminal read(MessageReader m) throws IOException {
        OpenFileHead head = new OpenFileHead();
        String path = "";
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 4 -> path = m.latin1();
                default -> head.read(field, m, "HungUpTerminal");
            }
        }
        return new HungUpTerminal(head.id(), head.flags(), head.owner(), path);
    }
}
