package dev.reprise.image.codec.v1;

import dev.reprise.image.state.DeletedFile;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;

/** mem_fd.proto, DeletedFile. */
final class DeletedFileCodec {
    private DeletedFileCodec() {}

    static MessageWriter write(DeletedFile file) {
        MessageWriter m = OpenFileHead.write(file);
        m.u32(4, file.memory().value());
        m.u64(5, file.offset());
        return m;
    }

    static DeletedFile read(MessageReader m) throws IOException {
        OpenFileHead head = new OpenFileHead();
        ObjectId memory = ObjectId.NONE;
        long offset = 0;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 4 -> memory = new ObjectId(m.u32());
                case 5 -> offset = m.u64();
                default -> head.read(field, m, "DeletedFile");
            }
        }
        return new DeletedFile(head.id(), head.flags(), head.owner(), memory, offset);
    }
}
