package dev.reprise.image.codec.v1;

import dev.reprise.image.state.FileAttributes;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.Ownership;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import dev.reprise.image.wire.UnknownFieldException;
import java.io.IOException;
import java.util.List;

/** memory_object.proto. */
final class MemoryObjectCodec {
    private MemoryObjectCodec() {}

    static MessageWriter write(MemoryObject memory) {
        MessageWriter m = new MessageWriter();
        m.u32(1, memory.id().value());
        m.u32(2, number(memory.kind()));
        m.latin1(3, memory.name());
        m.u64(4, memory.size());
        m.u32(5, memory.seals());
        m.u32(6, memory.mode());
        m.packed(7, PageRunCodec.write(memory.runs()));
        m.message(8, OwnershipCodec.write(memory.ownership()));
        if (!memory.attributes().equals(FileAttributes.NONE)) {
            m.message(9, FileAttributesCodec.write(memory.attributes()));
        }
        return m;
    }

    static MemoryObject read(MessageReader m) throws IOException {
        ObjectId id = ObjectId.NONE;
        int kind = 0;
        String name = "";
        long size = 0;
        int seals = 0;
        int mode = 0;
        Ownership ownership = Ownership.ROOT;
        FileAttributes attributes = FileAttributes.NONE;
        List<PageRun> runs = List.of();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> id = new ObjectId(m.u32());
                case 2 -> kind = m.u32();
                case 3 -> name = m.latin1();
                case 4 -> size = m.u64();
                case 5 -> seals = m.u32();
                case 6 -> mode = m.u32();
                case 7 -> runs = PageRunCodec.read(m.packed());
                case 8 -> ownership = OwnershipCodec.read(m.message());
                case 9 -> attributes = FileAttributesCodec.read(m.message());
                default -> throw m.unknown("MemoryObject");
            }
        }
        return new MemoryObject(id, kind(kind), name, size, seals, mode, ownership, attributes, runs);
    }

    private static int number(MemoryObject.Kind kind) {
        return switch (kind) {
            case MEMFD -> 1;
            case SHARED_ANONYMOUS -> 2;
            case FILE_CONTENTS -> 3;
            case SYSTEM_V -> 4;
            case HUGE_MEMFD -> 5;
            case HUGE_ANONYMOUS -> 6;
            case HUGE_SYSTEM_V -> 7;
        };
    }

    private static MemoryObject.Kind kind(int number) throws UnknownFieldException {
        return switch (number) {
            case 1 -> MemoryObject.Kind.MEMFD;
            case 2 -> MemoryObject.Kind.SHARED_ANONYMOUS;
            case 3 -> MemoryObject.Kind.FILE_CONTENTS;
            case 4 -> MemoryObject.Kind.SYSTEM_V;
            case 5 -> MemoryObject.Kind.HUGE_MEMFD;
            case 6 -> MemoryObject.Kind.HUGE_ANONYMOUS;
            case 7 -> MemoryObject.Kind.HUGE_SYSTEM_V;
            default -> throw new UnknownFieldException("kind " + number + " of MemoryObject is not known");
        };
    }
}
