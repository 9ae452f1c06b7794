package dev.reprise.image.codec.v1;

import dev.reprise.image.state.FifoEnd;
import dev.reprise.image.state.FileIdentity;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PipeEnd;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;

/** pipe_end.proto: the open ends of pipes and of named pipes. */
final class PipeEndCodec {
    private PipeEndCodec() {}

    static MessageWriter write(PipeEnd end) {
        MessageWriter m = OpenFileHead.write(end);
        m.u32(4, end.pipe().value());
        return m;
    }

    static PipeEnd pipe(MessageReader m) throws IOException {
        OpenFileHead head = new OpenFileHead();
        ObjectId pipe = ObjectId.NONE;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 4 -> pipe = new ObjectId(m.u32());
                default -> head.read(field, m, "PipeEnd");
            }
        }
        return new PipeEnd(head.id(), head.flags(), head.owner(), pipe);
    }

    static MessageWriter write(FifoEnd end) {
        MessageWriter m = OpenFileHead.write(end);
        m.u32(4, end.pipe().value());
        m.message(5, FileIdentityCodec.write(end.file()));
        return m;
    }

    static FifoEnd fifo(MessageReader m) throws IOException {
        OpenFileHead head = new OpenFileHead();
        ObjectId pipe = ObjectId.NONE;
        FileIdentity file = null;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 4 -> pipe = new ObjectId(m.u32());
                case 5 -> file = FileIdentityCodec.read(m.message());
                default -> head.read(field, m, "FifoEnd");
            }
        }
        return new FifoEnd(head.id(), head.flags(), head.owner(), MessageReader.require(file, "FifoEnd.file"), pipe);
    }
}
