package dev.reprise.image.codec.v1;

import dev.reprise.image.state.FileIdentity;
import dev.reprise.image.state.FsContext;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;

/** fs_context.proto. */
final class FsContextCodec {
    private FsContextCodec() {}

    static MessageWriter write(FsContext fs) {
        MessageWriter m = new MessageWriter();
        m.u32(1, fs.id().value());
        m.latin1(2, fs.root());
        m.message(3, FileIdentityCodec.write(fs.workingDirectory()));
        m.u32(4, fs.umask());
        return m;
    }

    static FsContext read(MessageReader m) throws IOException {
        ObjectId id = ObjectId.NONE;
        String root = "";
        FileIdentity workingDirectory = null;
        int umask = 0;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> id = new ObjectId(m.u32());
                case 2 -> root = m.latin1();
                case 3 -> workingDirectory = FileIdentityCodec.read(m.message());
                case 4 -> umask = m.u32();
                default -> throw m.unknown("FsContext");
            }
        }
        return new FsContext(id, root, MessageReader.require(workingDirectory, "FsContext.working_directory"), umask);
    }
}
