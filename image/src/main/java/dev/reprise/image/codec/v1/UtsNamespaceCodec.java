package dev.reprise.image.codec.v1;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.UtsNamespace;
import dev.reprise.image.wire.MalformedException;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;

/** uts_namespace.proto. */
final class UtsNamespaceCodec {
    private UtsNamespaceCodec() {}

    static MessageWriter write(UtsNamespace uts) {
        MessageWriter m = new MessageWriter();
        m.u32(1, uts.id().value());
        m.bytes(2, uts.nodeName().toArray());
        m.bytes(3, uts.domainName().toArray());
        return m;
    }

    static UtsNamespace read(MessageReader m) throws IOException {
        ObjectId id = ObjectId.NONE;
        Bytes nodeName = Bytes.empty();
        Bytes domainName = Bytes.empty();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> id = new ObjectId(m.u32());
                case 2 -> nodeName = name(m);
                case 3 -> domainName = name(m);
                default -> throw m.unknown("UtsNamespace");
            }
        }
        return new UtsNamespace(id, nodeName, domainName);
    }

    private static Bytes name(MessageReader m) throws IOException {
        Bytes name = Bytes.of(m.bytes());
        if (name.length() > UtsNamespace.LONGEST) {
            throw new MalformedException("a name of a UTS namespace has " + name.length() + " bytes");
        }
        return name;
    }
}
