package dev.reprise.image.codec.v1;

import dev.reprise.image.state.FileOwner;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;

/** The fields 1 to 3 that every open file has; open_file.proto. */
final class OpenFileHead {
    private ObjectId id = ObjectId.NONE;
    private int flags;
    private FileOwner owner = FileOwner.NONE;

    ObjectId id() {
        return id;
    }

    int flags() {
        return flags;
    }

    FileOwner owner() {
        return owner;
    }

    /** A message that begins with the head of {@code file}. */
    static MessageWriter write(OpenFile file) {
        MessageWriter m = new MessageWriter();
        m.u32(1, file.id().value());
        m.u32(2, file.flags());
        FileOwner owner = file.owner();
        if (!owner.equals(FileOwner.NONE)) {
            MessageWriter o = new MessageWriter();
            o.u32(1, owner.type());
            o.signed(2, owner.pid());
            o.u32(3, owner.signal());
            o.u32(4, owner.uid() + 1);
            o.u32(5, owner.effectiveUid() + 1);
            m.message(3, o);
        }
        return m;
    }

    /** Takes a field of the head; any other is unknown to {@code message}. */
    void read(int field, MessageReader m, String message) throws IOException {
        switch (field) {
            case 1 -> id = new ObjectId(m.u32());
            case 2 -> flags = m.u32();
            case 3 -> owner = owner(m.message());
            default -> throw m.unknown(message);
        }
    }

    private static FileOwner owner(MessageReader m) throws IOException {
        int type = 0;
        int pid = 0;
        int signal = 0;
        int uid = FileOwner.UNKNOWN;
        int effectiveUid = FileOwner.UNKNOWN;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> type = m.u32();
                case 2 -> pid = m.signed32();
                case 3 -> signal = m.u32();
                case 4 -> uid = m.u32() - 1;
                case 5 -> effectiveUid = m.u32() - 1;
                default -> throw m.unknown("FileOwner");
            }
        }
        return new FileOwner(type, pid, signal, uid, effectiveUid);
    }
}
