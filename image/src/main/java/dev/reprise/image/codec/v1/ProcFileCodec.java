package dev.reprise.image.codec.v1;

import dev.reprise.image.state.ProcFile;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;

/** path_files.proto, ProcFile. */
final class ProcFileCodec {
    private ProcFileCodec() {}

    static MessageWriter write(ProcFile file) {
        MessageWriter m = OpenFileHead.write(file);
        m.latin1(4, file.path());
        m.u64(5, file.offset());
        return m;
    }

    static ProcFile read(MessageReader m) throws IOException {
        OpenFileHead head = new OpenFileHead();
        String path = "";
        long offset = 0;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 4 -> path = m.latin1();
                case 5 -> offset = m.u64();
                default -> head.read(field, m, "ProcFile");
            }
        }
        return new ProcFile(head.id(), head.flags(), head.owner(), path, offset);
    }
}
