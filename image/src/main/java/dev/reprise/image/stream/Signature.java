package dev.reprise.image.stream;

import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;

/** A signature over all that stands before it; stream.proto. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Signature(Scope scope, byte[] key, byte[] signature) {
    /** How much of the image it is over. */
    enum Scope {
        /** The state: the record before the first pages. */
        STATE(0),
        /** Everything: the record before the index. */
        WHOLE(1);

        private final int number;

        Scope(int number) {
            this.number = number;
        }

        static Scope of(int number) throws IOException {
            for (Scope scope : values()) {
                if (scope.number == number) {
                    return scope;
                }
            }
            throw new IOException("a signature over what is not known");
        }
    }

    byte[] encode() {
        MessageWriter m = new MessageWriter();
        m.u32(1, scope.number);
        m.bytes(2, key);
        m.bytes(3, signature);
        return m.toByteArray();
    }

    static Signature decode(byte[] payload) throws IOException {
        Scope scope = Scope.STATE;
        byte[] key = {};
        byte[] signature = {};
        MessageReader m = new MessageReader(payload);
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> scope = Scope.of(m.u32());
                case 2 -> key = m.bytes();
                case 3 -> signature = m.bytes();
                default -> throw m.unknown("Signature");
            }
        }
        return new Signature(scope, key, signature);
    }
}
