package dev.reprise.image.codec.v1;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.FileIdentity;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.Ownership;
import dev.reprise.image.state.Pseudoterminal;
import dev.reprise.image.state.PseudoterminalEnd;
import dev.reprise.image.state.TypedAhead;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;

/** pseudoterminal.proto: the terminal, and its open ends. */
final class PseudoterminalCodec {
    private PseudoterminalCodec() {}

    static MessageWriter write(Pseudoterminal terminal) {
        MessageWriter m = new MessageWriter();
        m.u32(1, terminal.id().value());
        m.u32(2, terminal.index());
        m.bool(3, terminal.locked());
        m.bool(4, terminal.packets());
        m.bool(5, terminal.exclusive());
        m.bool(6, terminal.closed());
        m.bool(7, terminal.stopped());
        m.bytes(8, terminal.settings().toArray());
        m.bytes(9, terminal.window().toArray());
        m.message(10, OwnershipCodec.write(terminal.ownership()));
        m.u32(11, terminal.mode());
        m.u32(12, terminal.session());
        m.u32(13, terminal.foreground());
        m.bytes(14, terminal.output().toArray());
        if (!terminal.typed().isEmpty()) {
            m.message(15, TypedAheadCodec.write(terminal.typed()));
        }
        m.bytes(16, terminal.locks().toArray());
        m.bool(17, terminal.stoppedByCall());
        return m;
    }

    static Pseudoterminal terminal(MessageReader m) throws IOException {
        ObjectId id = ObjectId.NONE;
        Ownership ownership = Ownership.ROOT;
        Bytes settings = Bytes.empty();
        Bytes window = Bytes.empty();
        Bytes output = Bytes.empty();
        TypedAhead typed = TypedAhead.NONE;
        Bytes locks = Bytes.empty();
        int[] numbers = new int[14];
        boolean[] flags = new boolean[18];
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> id = new ObjectId(m.u32());
                case 2, 11, 12, 13 -> numbers[field] = m.u32();
                case 3, 4, 5, 6, 7, 17 -> flags[field] = m.bool();
                case 8 -> settings = Bytes.of(m.bytes());
                case 9 -> window = Bytes.of(m.bytes());
                case 10 -> ownership = OwnershipCodec.read(m.message());
                case 14 -> output = Bytes.of(m.bytes());
                case 15 -> typed = TypedAheadCodec.read(m.message());
                case 16 -> locks = Bytes.of(m.bytes());
                default -> throw m.unknown("Pseudoterminal");
            }
        }
        return new Pseudoterminal(
                id,
                numbers[2],
                flags[3],
                flags[4],
                flags[5],
                flags[6],
                flags[7],
                settings,
                window,
                ownership,
                numbers[11],
                numbers[12],
                numbers[13],
                output,
                typed,
                locks,
                flags[17]);
    }

    static MessageWriter write(PseudoterminalEnd end) {
        MessageWriter m = OpenFileHead.write(end);
        m.u32(4, end.terminal().value());
        m.message(5, FileIdentityCodec.write(end.file()));
        m.bool(6, end.master());
        return m;
    }

    static PseudoterminalEnd end(MessageReader m) throws IOException {
        OpenFileHead head = new OpenFileHead();
        ObjectId terminal = ObjectId.NONE;
        FileIdentity file = null;
        boolean master = false;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 4 -> terminal = new ObjectId(m.u32());
                case 5 -> file = FileIdentityCodec.read(m.message());
                case 6 -> master = m.bool();
                default -> head.read(field, m, "PseudoterminalEnd");
            }
        }
        return new PseudoterminalEnd(
                head.id(),
                head.flags(),
                head.owner(),
                MessageReader.require(file, "PseudoterminalEnd.file"),
                terminal,
                master);
    }
}
