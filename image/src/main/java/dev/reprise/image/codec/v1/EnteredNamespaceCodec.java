package dev.reprise.image.codec.v1;

import dev.reprise.image.state.EnteredNamespace;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import dev.reprise.image.wire.UnknownFieldException;
import java.io.IOException;

/** entered_namespace.proto. */
final class EnteredNamespaceCodec {
    private static final int NETWORK = 1;
    private static final int MOUNT = 2;

    private EnteredNamespaceCodec() {}

    static MessageWriter write(EnteredNamespace namespace) {
        MessageWriter m = new MessageWriter();
        m.u32(1, namespace.id().value());
        m.u32(
                2,
                switch (namespace.kind()) {
                    case NETWORK -> NETWORK;
                    case MOUNT -> MOUNT;
                });
        m.u64(3, namespace.unique());
        m.latin1(4, namespace.path());
        m.bool(5, namespace.onlySysfs());
        return m;
    }

    static EnteredNamespace read(MessageReader m) throws IOException {
        ObjectId id = ObjectId.NONE;
        int kind = 0;
        long unique = 0;
        String path = "";
        boolean onlySysfs = false;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> id = new ObjectId(m.u32());
                case 2 -> kind = m.u32();
                case 3 -> unique = m.u64();
                case 4 -> path = m.latin1();
                case 5 -> onlySysfs = m.bool();
                default -> throw m.unknown("EnteredNamespace");
            }
        }
        return new EnteredNamespace(id, kind(kind), unique, path, onlySysfs);
    }

    private static EnteredNamespace.Kind kind(int number) throws UnknownFieldException {
        return switch (number) {
            case NETWORK -> EnteredNamespace.Kind.NETWORK;
            case MOUNT -> EnteredNamespace.Kind.MOUNT;
            default -> throw new UnknownFieldException("kind " + number + " of EnteredNamespace is not known");
        };
    }
}
