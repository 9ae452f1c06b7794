package dev.reprise.image.codec.v1;

import dev.reprise.image.state.OutsideFile;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;

/** outside_file.proto. */
final class OutsideFileCodec {
    private OutsideFileCodec() {}

    static MessageWriter write(OutsideFile file) {
        MessageWriter m = OpenFileHead.write(file);
        m.latin1(4, file.description());
        return m;
    }

    static OutsideFile read(MessageReader m) throws IOException {
        OpenFileHead head = new OpenFileHead();
        String description = "";
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 4 -> description = m.latin1();
                default -> head.read(field, m, "OutsideFile");
            }
        }
        return new OutsideFile(head.id(), head.flags(), head.owner(), description);
    }
}
