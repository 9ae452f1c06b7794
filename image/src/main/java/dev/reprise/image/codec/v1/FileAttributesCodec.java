package dev.reprise.image.codec.v1;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.ExtendedAttribute;
import dev.reprise.image.state.FileAttributes;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** FileAttributes of memory_object.proto. */
final class FileAttributesCodec {
    private FileAttributesCodec() {}

    static MessageWriter write(FileAttributes attributes) {
        MessageWriter m = new MessageWriter();
        m.signed(1, attributes.atimeNanos());
        m.signed(2, attributes.mtimeNanos());
        for (ExtendedAttribute attribute : attributes.extended()) {
            MessageWriter one = new MessageWriter();
            one.latin1(1, attribute.name());
            one.bytes(2, attribute.value().toArray());
            m.message(3, one);
        }
        return m;
    }

    static FileAttributes read(MessageReader m) throws IOException {
        long atimeNanos = 0;
        long mtimeNanos = 0;
        List<ExtendedAttribute> extended = new ArrayList<>(0);
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> atimeNanos = m.signed();
                case 2 -> mtimeNanos = m.signed();
                case 3 -> extended.add(attribute(m.message()));
                default -> throw m.unknown("FileAttributes");
            }
        }
        return new FileAttributes(atimeNanos, mtimeNanos, extended);
    }

    private static ExtendedAttribute attribute(MessageReader m) throws IOException {
        String name = "";
        Bytes value = Bytes.empty();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> name = m.latin1();
                case 2 -> value = Bytes.of(m.bytes());
                default -> throw m.unknown("ExtendedAttribute");
            }
        }
        return new ExtendedAttribute(name, value);
    }
}
