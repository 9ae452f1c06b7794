package dev.reprise.image.stream;

import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Where each record is, but for digests and the index itself; stream.proto. Reader and writer make it alike. */
final class Index {
    private final MessageWriter m = new MessageWriter();

    void add(Frame frame, long position) {
        MessageWriter e = new MessageWriter();
        e.u32(1, frame.type());
        e.u32(2, frame.lane());
        e.u32(3, frame.key());
        e.u64(4, position);
        m.message(1, e);
    }

    byte[] encode() {
        return m.toByteArray();
    }

    static List<IndexEntry> decode(byte[] payload) throws IOException {
        List<IndexEntry> entries = new ArrayList<>();
        MessageReader m = new MessageReader(payload);
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> entries.add(entry(m.message()));
                default -> throw m.unknown("Index");
            }
        }
        return entries;
    }

    private static IndexEntry entry(MessageReader m) throws IOException {
        int type = 0;
        int lane = 0;
        int key = 0;
        long position = 0;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> type = m.u32();
                case 2 -> lane = m.u32();
                case 3 -> key = m.u32();
                case 4 -> position = m.u64();
                default -> throw m.unknown("IndexEntry");
            }
        }
        return new IndexEntry(type, lane, key, position);
    }
}
