package dev.reprise.image.codec.v1;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.TypedAhead;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import dev.reprise.image.wire.UnknownFieldException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** TypedAhead of pseudoterminal.proto. */
final class TypedAheadCodec {
    private TypedAheadCodec() {}

    static MessageWriter write(TypedAhead typed) {
        MessageWriter m = new MessageWriter();
        for (TypedAhead.Line line : typed.lines()) {
            MessageWriter one = new MessageWriter();
            one.bytes(1, line.bytes().toArray());
            one.u32(2, number(line.end()));
            m.message(1, one);
        }
        m.bool(2, typed.literally());
        m.bytes(3, typed.waiting().toArray());
        return m;
    }

    static TypedAhead read(MessageReader m) throws IOException {
        List<TypedAhead.Line> lines = new ArrayList<>();
        boolean literally = false;
        Bytes waiting = Bytes.empty();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> lines.add(line(m.message()));
                case 2 -> literally = m.bool();
                case 3 -> waiting = Bytes.of(m.bytes());
                default -> throw m.unknown("TypedAhead");
            }
        }
        return new TypedAhead(lines, literally, waiting);
    }

    private static TypedAhead.Line line(MessageReader m) throws IOException {
        Bytes bytes = Bytes.empty();
        int end = 0;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> bytes = Bytes.of(m.bytes());
                case 2 -> end = m.u32();
                default -> throw m.unknown("TypedLine");
            }
        }
        return new TypedAhead.Line(bytes, end(end));
    }

    private static int number(TypedAhead.End end) {
        return switch (end) {
            case BEGUN -> 0;
            case LAST_BYTE -> 1;
            case END_OF_FILE -> 2;
        };
    }

    private static TypedAhead.End end(int number) throws UnknownFieldException {
        for (TypedAhead.End end : TypedAhead.End.values()) {
            if (number(end) == number) {
                return end;
            }
        }
        throw new UnknownFieldException("end " + number + " of a line is not known");
    }
}
